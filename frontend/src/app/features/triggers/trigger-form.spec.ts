import { emptyTriggerForm, fieldOfPath, formOf, secretText, toTriggerRequest, triggerFaults } from './trigger-form';

const schedule = { ...emptyTriggerForm, name: ' nightly ', definition: 'report.build' };
const hook = { ...schedule, kind: 'hook' as const };
const message = { ...schedule, kind: 'message' as const };
const fieldsOf = (form: Parameters<typeof triggerFaults>[0]): string[] => triggerFaults(form).map(({ field }) => field);

describe('a trigger as typed', () => {
  it.each([
    ['a schedule needs a name, a definition and a cron', { ...emptyTriggerForm, cron: ' ' }, ['name', 'definition', 'cron']],
    ['durations are durations', { ...schedule, catchUp: 'soon', jitter: '5 s' }, ['catchUp', 'jitter']],
    ['failures are counted', { ...schedule, disableAfter: '0' }, ['disableAfter']],
    ['the input is JSON', { ...schedule, input: '{' }, ['input']],
    ['a hook that delivers an event needs its name and key', { ...hook, does: 'event' as const }, ['event', 'key']],
    ['messages come from somewhere', { ...message, source: 'queue' as const }, ['queue']],
    ['nothing is wrong', schedule, []],
  ])('%s', (_, form, fields) => expect(fieldsOf(form)).toEqual(fields));

  it('becomes the body of a schedule, without what was left empty', () =>
    expect(toTriggerRequest({ ...schedule, jitter: '', input: '{"at": "${scheduledAt}"}', disableAfter: '3' })).toEqual({
      ...{ kind: 'schedule', enabled: true, definition: 'report.build', cron: '0 9 * * *', timezone: 'UTC' },
      ...{ overlap: 'allow', catchUp: '1m', disableAfter: 3, input: { at: '${scheduledAt}' } },
    }));
  it('becomes the body of a hook, with one secret or several', () => {
    const event = { ...hook, does: 'event' as const, event: 'paid', key: '${request.body.order}', secrets: ' whsec_a \n' };
    expect(toTriggerRequest(event)).toEqual({
      ...{ kind: 'hook', enabled: true, event: 'paid', key: '${request.body.order}', secret: 'whsec_a' },
    });
    expect(toTriggerRequest({ ...hook, secrets: 'whsec_a\n\nwhsec_b' })).toMatchObject({ secret: ['whsec_a', 'whsec_b'] });
  });
  it('becomes the body of a message trigger, of an exchange or of a queue', () => {
    const form = { ...message, exchange: 'shop', queue: 'orders', routingKey: 'order.*' };
    expect(toTriggerRequest(form)).toMatchObject({ exchange: 'shop', routingKey: 'order.*' });
    expect(toTriggerRequest({ ...form, source: 'queue' })).toEqual({
      ...{ kind: 'message', enabled: true, definition: 'report.build', queue: 'orders' },
    });
  });

  it.each([
    ['a schedule', { ...schedule, name: 'nightly', input: '{\n  "a": 1\n}', disableAfter: '2', version: '^1.0.0' }],
    ['a hook', { ...hook, name: 'nightly', does: 'event' as const, event: 'paid', key: 'k', definition: '' }],
    ['a message trigger', { ...message, name: 'nightly', source: 'queue' as const, queue: 'orders', filter: 'true' }],
  ])('%s that was put is edited as it was typed', (_, form) => {
    const { kind, ...spec } = toTriggerRequest(form);
    expect(formOf({ name: form.name, kind, spec: spec as never })).toEqual(form);
  });

  it.each([
    ['/cron', 'cron'],
    ['/input/at', 'input'],
    ['/secret/1', 'secrets'],
    ['', undefined],
    ['/elsewhere', undefined],
  ])('a problem at %j belongs to the field %s', (path, field) => expect(fieldOfPath(path)).toBe(field));

  it('a secret is base64 behind its prefix', () => expect(secretText(new Uint8Array([0, 255, 16]))).toBe('whsec_AP8Q'));
});
