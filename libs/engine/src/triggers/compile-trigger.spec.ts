import type { JsonObject } from '../model/json.js';
import { compileTrigger } from './compile-trigger.js';
import { declaredTriggers, triggerRecord } from './declared-triggers.js';
import { mapTrigger, passesFilter } from './map-trigger.js';
import type { MessageTrigger } from './trigger.js';

const daily = { kind: 'schedule', definition: 'report', cron: '0 9 * * *' };
const compiled = (spec: JsonObject) => {
  const { trigger, problems } = compileTrigger(spec);
  expect(problems).toEqual([]);
  return trigger!;
};

describe('compileTrigger', () => {
  it('fills in what a schedule says nothing about', () => {
    expect(compiled(daily)).toEqual({
      ...daily,
      enabled: true,
      timezone: 'UTC',
      overlap: 'allow',
      catchUpMs: 60_000,
      jitterMs: 0,
    });
  });

  it('refuses what is too deep to be looked into, and does not throw', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`) as JsonObject;
    expect(compileTrigger({ ...daily, input: deep }).problems).toMatchObject([{ code: 'NOT_STORABLE' }]);
  });

  it.each([
    ['no kind', { definition: 'a' }, 'MISSING_FIELD', '/kind'],
    ['a schedule without a definition', { kind: 'schedule', cron: '* * * * *' }, 'MISSING_FIELD', '/definition'],
    ['seven fields', { ...daily, cron: '0 0 9 * * * 2030' }, 'CRON_INVALID', '/cron'],
    ['a time that cannot be turned into text', { ...daily, cron: { toString: 1, valueOf: {} } }, 'CRON_INVALID', '/cron'],
    ['a day that never comes', { ...daily, cron: '0 0 30 2 *' }, 'CRON_INVALID', '/cron'],
    ['a zone nobody knows', { ...daily, timezone: 'Mars/Olympus' }, 'CRON_INVALID', '/timezone'],
    ['no zone at all', { ...daily, timezone: '' }, 'CRON_INVALID', '/timezone'],
    ['a slip of the pen', { ...daily, overlapp: 'skip' }, 'UNKNOWN_FIELD', '/overlapp'],
    ['a name in its body', { ...daily, name: 'x' }, 'UNKNOWN_FIELD', '/name'],
    ['a root of another kind', { ...daily, input: { a: '${request.body}' } }, 'UNKNOWN_ROOT', '/input/a'],
    ['an event without a key', { kind: 'hook', event: 'paid' }, 'MISSING_FIELD', '/key'],
    ['a hook for nothing', { kind: 'hook' }, 'MISSING_FIELD', '/definition'],
    ['a secret that is too short', { kind: 'hook', definition: 'a', secret: 'whsec_c2hvcnQ=' }, 'VALUE_INVALID', '/secret'],
    ['a word as a secret', { kind: 'hook', definition: 'a', secret: ['hunter 2'] }, 'VALUE_INVALID', '/secret'],
    ['a queue of the platform', { kind: 'message', definition: 'a', queue: 'orquestra.commands' }, 'VALUE_INVALID', '/queue'],
    [
      'an exchange of the platform',
      { kind: 'message', definition: 'a', exchange: 'orquestra.steps' },
      'VALUE_INVALID',
      '/exchange',
    ],
    ['an exchange without a name', { kind: 'message', definition: 'a', exchange: '' }, 'VALUE_INVALID', '/exchange'],
    ['no secret in a list', { kind: 'hook', definition: 'a', secret: [] }, 'VALUE_INVALID', '/secret'],
    [
      'a routing key of a queue',
      { kind: 'message', definition: 'a', queue: 'q', routingKey: 'x' },
      'FIELDS_EXCLUDE',
      '/routingKey',
    ],
    ['a key into prototypes', { ...daily, input: JSON.parse('{"__proto__": 1}') }, 'FORBIDDEN_KEY', '/input/__proto__'],
  ])('refuses %s, and says where', (_what, spec, code, path) => {
    const { trigger, problems } = compileTrigger(spec as JsonObject);
    expect(trigger).toBeUndefined();
    expect(problems).toContainEqual(expect.objectContaining({ code, path, severity: 'error' }));
  });

  it('takes secrets as Standard Webhooks has them, and what the platform publishes for others', () => {
    const secrets = ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', `${'A'.repeat(86)}==`];
    for (const secret of [...secrets, secrets])
      expect(compileTrigger({ kind: 'hook', definition: 'a', secret }).problems).toEqual([]);
    expect(compileTrigger({ kind: 'message', definition: 'a', exchange: 'orquestra.events' }).problems).toEqual([]);
  });

  it('refuses what is no object', () => {
    for (const spec of [null, [], 'x', 7]) expect(compileTrigger(spec).problems).toMatchObject([{ code: 'WRONG_TYPE' }]);
  });
});

describe('mapTrigger', () => {
  const slot = Date.UTC(2027, 2, 1, 9);

  it('builds input and key from the slot', () => {
    const trigger = compiled({ ...daily, input: { day: '${scheduledAt}' }, key: 'day-${formatDate(scheduledAt, "yyyy-MM-dd")}' });
    expect(mapTrigger(trigger, { scheduledAt: slot }, slot + 5)).toEqual({
      input: { day: '2027-03-01T09:00:00.000Z' },
      key: 'day-2027-03-01',
    });
  });

  it('builds them from a request, and takes a number for a key', () => {
    const trigger = compiled({ kind: 'hook', definition: 'a', input: '${request.body}', key: '${request.body.id}' });
    expect(mapTrigger(trigger, { request: { body: { id: 7 } } }, slot)).toEqual({ input: { id: 7 }, key: '7' });
  });

  it('says nothing about what the trigger says nothing about', () => {
    expect(mapTrigger(compiled(daily), { scheduledAt: slot }, slot)).toEqual({});
  });

  it.each([
    ['an expression that fails', { input: '${request.body.none.here}' }],
    ['a key that is no text', { key: '${request.body}' }],
    ['a key that is too long', { key: '${request.long}' }],
  ])('makes a failure of %s', (_what, fields) => {
    const trigger = compiled({ kind: 'hook', definition: 'a', ...fields });
    const failed = mapTrigger(trigger, { request: { body: {}, long: 'x'.repeat(201) } }, slot);
    expect(failed).toMatchObject({ failure: { code: 'EXPRESSION_FAILED', retryable: false } });
  });

  it('filters messages', () => {
    const trigger = compiled({
      kind: 'message',
      definition: 'a',
      exchange: 'shop',
      filter: '${message.body.cents > 5}',
    }) as MessageTrigger;
    expect(passesFilter(trigger, { body: { cents: 6 } }, slot)).toEqual({ passes: true });
    expect(passesFilter(trigger, { body: { cents: 5 } }, slot)).toEqual({ passes: false });
    expect(passesFilter(trigger, { body: 'x' }, slot)).toMatchObject({ failure: { code: 'EXPRESSION_FAILED' } });
  });
});

describe('triggers of a definition', () => {
  it('are named after it, counted from the second of a kind, and keep the names they have', () => {
    const hook = { kind: 'hook', secret: 's' };
    const triggers: JsonObject[] = [
      { ...daily },
      hook,
      { kind: 'schedule', cron: '1 * * * *', name: 'mine' },
      { ...daily, cron: '2 * * * *' },
    ];
    const declared = declaredTriggers({ name: 'report', version: '1.0.0', steps: [], triggers });
    expect(declared.map(({ name }) => name)).toEqual(['report.schedule', 'report.hook', 'mine', 'report.schedule.2']);
    expect(declared[2]!.spec).toEqual({ kind: 'schedule', cron: '1 * * * *', definition: 'report' });
  });

  it('keep their secrets apart from what is shown', () => {
    const { spec, secrets } = triggerRecord({ kind: 'hook', definition: 'a', secret: ['one', 'two'], enabled: false });
    expect({ spec, secrets }).toEqual({ spec: { kind: 'hook', definition: 'a', enabled: false }, secrets: ['one', 'two'] });
  });
});
