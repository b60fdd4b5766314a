import { started } from '../../testing/waiting.js';

const after = { id: 'after', type: 'set', values: { done: true } };

describe('sleep', () => {
  it('waits to the millisecond, and outputs null', () => {
    const shell = started([{ id: 'nap', type: 'sleep', for: '10s' }, after]);
    expect(shell.state.status).toBe('waiting');
    shell.nowMs += 9_999;
    expect(shell.tell({ type: 'wake' })).toEqual({ accepted: false, reason: 'nothingDue' });
    shell.nowMs += 1;
    expect(shell.tell({ type: 'wake' }).accepted).toBe(true);
    expect(shell.state.status).toBe('completed');
    expect(shell.state.step('nap').output).toBeNull();
  });

  it.each([
    ['a duration', { for: '${input.span}' }, '2m', 120_000],
    ['milliseconds', { for: '${input.span}' }, 1_500, 1_500],
    ['ISO 8601', { until: '${input.span}' }, new Date(1_060_000).toISOString(), 60_000],
    ['epoch ms', { until: '${input.span}' }, 1_060_000, 60_000],
    ['a timestamp', { until: '${date(input.span) + duration("1s")}' }, new Date(1_060_000).toISOString(), 61_000],
  ])('takes %s from an expression', (_what, fields, span, ms) => {
    const shell = started([{ id: 'nap', type: 'sleep', ...fields }], {}, { span });
    expect(shell.state.step('nap').dueAt).toBe(1_000_000 + ms);
  });

  it.each([
    ['a past time', { until: '1970-01-01T00:00:00Z' }],
    ['this very moment', { until: '${now}' }],
    ['no time at all', { for: '0s' }],
  ])('goes on at once with %s, in the same decision', (_what, fields) => {
    const shell = started([{ id: 'nap', type: 'sleep', ...fields }, after]);
    expect(shell.state.status).toBe('completed');
    expect(shell.history.some(({ type }) => type === 'timerStarted')).toBe(false);
  });

  it.each([
    ['a text that is no time', { until: '${input.t}' }, 'tomorrow'],
    ['a list', { until: '${input.t}' }, []],
    ['a negative duration', { for: '${input.t}' }, -1],
    ['a duration beyond all bounds', { for: '${input.t}' }, 1e300],
    ['a time beyond all bounds', { until: '${input.t}' }, 1e300],
  ])('fails with %s', (_what, fields, t) => {
    const shell = started([{ id: 'nap', type: 'sleep', ...fields }], {}, { t });
    expect(shell.state.error).toMatchObject({ code: 'EXPRESSION_FAILED', path: 'nap' });
  });

  it('is cancelled at once', () => {
    const shell = started([{ id: 'nap', type: 'sleep', for: '1h' }]);
    shell.tell({ type: 'cancel' });
    expect(shell.state.status).toBe('cancelled');
    expect(shell.passTime()).toBe(false);
  });

  it.each(['replay', 'snapshot'] as const)('fires after a crash all the same (%s)', (how) => {
    const shell = started([{ id: 'nap', type: 'sleep', for: '10s' }, after]);
    shell.crash(how);
    expect(shell.passTime()).toBe(true);
    expect([shell.state.status, shell.nowMs]).toEqual(['completed', 1_010_000]);
  });
});
