import { compile } from './compile.js';
import { expectProblem, oneOf, withSteps, type Case } from './testing/cases.js';

const errors: Case[] = [
  // sleep
  ['a sleep without an end', oneOf('sleep', {}), 'MISSING_FIELD', '/steps/0/for', /neither for or until/],
  ['a sleep with two ends', oneOf('sleep', { for: '1s', until: '2030-01-01' }), 'FIELDS_EXCLUDE', '/steps/0/until', /both/],
  ['a sleep until a word', oneOf('sleep', { until: 'tomorrow' }), 'TIME_INVALID', '/steps/0/until', /"tomorrow"/, /2030-01-31/],
  ['a sleep for a number', oneOf('sleep', { for: 5 }), 'DURATION_INVALID', '/steps/0/for', /was 5/, /"5s"/],
  // event
  ['an event without names', oneOf('event', {}), 'MISSING_FIELD', '/steps/0/names', /names of the events/],
  ['an event of no name', oneOf('event', { names: [] }), 'VALUE_INVALID', '/steps/0/names', /at least one/],
  ['an event name twice', oneOf('event', { names: ['a', 'a'] }), 'VALUE_INVALID', '/steps/0/names/1', /"a" is there again/],
  ['a bare event name', oneOf('event', { names: 'paid' }), 'WRONG_TYPE', '/steps/0/names', /list of texts/, /brackets/],
  ['an event name too long', oneOf('event', { names: ['x'.repeat(201)] }), 'VALUE_INVALID', '/steps/0/names/0', /at most 200/],
  ['a bad early', oneOf('event', { names: ['a'], early: 'kep' }), 'UNKNOWN_VALUE', '/steps/0/early', /keep, drop/, /"keep"/],
  [
    'a bad payload schema',
    oneOf('event', { names: ['a'], schema: { type: 'x' } }),
    'SCHEMA_INVALID',
    '/steps/0/schema/type',
    /./,
  ],
  [
    'event outside of the filter',
    oneOf('event', { names: ['a'], correlate: '${event.name}' }),
    'ROOT_NOT_AVAILABLE',
    '/steps/0/correlate',
    /"event"/,
    /filter of an event step/,
  ],
  // ask
  ['an ask of nothing', oneOf('ask', {}), 'MISSING_FIELD', '/steps/0/kind', /approval, choice, text, form/],
  ['an unknown kind', oneOf('ask', { kind: 'aproval' }), 'UNKNOWN_VALUE', '/steps/0/kind', /./, /Did you mean "approval"/],
  ['a choice of nothing', oneOf('ask', { kind: 'choice' }), 'MISSING_FIELD', '/steps/0/choices', /what can be chosen/],
  ['an empty choice', oneOf('ask', { kind: 'choice', choices: [] }), 'VALUE_INVALID', '/steps/0/choices', /at least one/],
  ['a choice twice', oneOf('ask', { kind: 'choice', choices: ['a', 'a'] }), 'VALUE_INVALID', '/steps/0/choices/1', /again/],
  ['a form without a form', oneOf('ask', { kind: 'form' }), 'MISSING_FIELD', '/steps/0/form', /JSON Schema/],
  ['a bad due', oneOf('ask', { kind: 'text', due: 'soon' }), 'TIME_INVALID', '/steps/0/due', /duration or a time/],
  // workflow
  ['a child without a name', oneOf('workflow', {}), 'MISSING_FIELD', '/steps/0/workflow', /name of a definition/],
  ['a child named badly', oneOf('workflow', { workflow: 'My Flow' }), 'VALUE_INVALID', '/steps/0/workflow', /"My Flow"/],
  [
    'a bad range',
    oneOf('workflow', { workflow: 'a', version: 'newest' }),
    'VERSION_INVALID',
    '/steps/0/version',
    /range/,
    /\^1\.2\.0/,
  ],
  [
    'a bad end of a child',
    oneOf('workflow', { workflow: 'a', onParentClose: 'kill' }),
    'UNKNOWN_VALUE',
    '/steps/0/onParentClose',
    /./,
  ],
  // emit
  ['an emit of nothing', oneOf('emit', {}), 'MISSING_FIELD', '/steps/0/event', /event or message/],
  [
    'an emit of both',
    oneOf('emit', { event: { name: 'a', key: 'k' }, message: { exchange: 'x' } }),
    'FIELDS_EXCLUDE',
    '/steps/0/message',
    /./,
  ],
  ['an event to nobody', oneOf('emit', { event: { name: 'a' } }), 'MISSING_FIELD', '/steps/0/event/key', /who receives it/],
  [
    'an event to two',
    oneOf('emit', { event: { name: 'a', key: 'k', instance: 'i' } }),
    'FIELDS_EXCLUDE',
    '/steps/0/event/instance',
    /./,
  ],
  ['a message to nowhere', oneOf('emit', { message: { body: 1 } }), 'MISSING_FIELD', '/steps/0/message/exchange', /exchange/],
  // fail
  ['a code in words', oneOf('fail', { code: 'not good' }), 'VALUE_INVALID', '/steps/0/code', /CARD_DECLINED/],
];

const warnings: Case[] = [
  [
    'a time-out value without a time-out',
    oneOf('event', { names: ['a'], timeoutValue: 1 }),
    'NO_EFFECT',
    '/steps/0/timeoutValue',
    /waits for ever/,
  ],
  ['choices of an approval', oneOf('ask', { kind: 'approval', choices: ['a'] }), 'NO_EFFECT', '/steps/0/choices', /kind: choice/],
  [
    'an approval that nobody gives',
    oneOf('ask', { kind: 'approval', timeout: '1d', timeoutValue: 'aproved' }),
    'TIMEOUT_VALUE_UNUSUAL',
    '/steps/0/timeoutValue',
    /"approved", "rejected"/,
  ],
  [
    'a choice that nobody has',
    oneOf('ask', { kind: 'choice', choices: ['a', 'b'], timeout: '1d', timeoutValue: 'c' }),
    'TIMEOUT_VALUE_UNUSUAL',
    '/steps/0/timeoutValue',
    /"a", "b"/,
  ],
  [
    'a retry of a keyed child',
    oneOf('workflow', { workflow: 'c', key: 'k', retry: 'patient' }),
    'NO_EFFECT',
    '/steps/0/retry',
    /attached/,
  ],
  ['a heartbeat of a sleep', oneOf('sleep', { for: '1s', heartbeat: '1s' }), 'NO_EFFECT', '/steps/0/heartbeat', /a sleep step/],
  ['a time-out of a sleep', oneOf('sleep', { for: '1s', timeout: '1s' }), 'NO_EFFECT', '/steps/0/timeout', /a sleep step/],
  [
    'a queue time-out of a child',
    oneOf('workflow', { workflow: 'c', queueTimeout: '1s' }),
    'NO_EFFECT',
    '/steps/0/queueTimeout',
    /on a task step, but a workflow step/,
  ],
  [
    'itself as a child',
    oneOf('workflow', { workflow: 'order.process' }),
    'SELF_REFERENCE',
    '/steps/0/workflow',
    /order\.process starts order\.process/,
  ],
];

describe('compile tells of', () => {
  it('nothing where a child is given a queue, a priority, a bound of all its attempts and a way to be left', () => {
    const known = new Map([['c', { versions: ['1.0.0'] }]]);
    const step = { workflow: 'c', queue: 'q', priority: 1, totalTimeout: '1h', onCancel: 'abandon', retry: 'patient' };
    expect(compile(oneOf('workflow', step), { knownDefinitions: known }).problems).toEqual([]);
  });

  it.each(errors)('%s', (...wrong: Case) => {
    expectProblem('error', wrong);
    expect(compile(wrong[1]).plan).toBeUndefined();
  });

  it.each(warnings)('%s, as a warning', (...doubtful: Case) => {
    expectProblem('warning', doubtful);
    expect(compile(doubtful[1]).plan).toBeDefined();
    expect(compile(doubtful[1], { strict: true }).plan).toBeUndefined();
  });

  it('children that are not registered, and those that lead back', () => {
    const document = withSteps(
      { id: 'a', type: 'workflow', workflow: 'mail' },
      { id: 'b', type: 'workflow', workflow: 'bill', version: '^2.0.0', needs: [] },
      { id: 'c', type: 'workflow', workflow: 'bill', version: '^1.0.0', needs: [] },
      { id: 'd', type: 'workflow', workflow: '${input.child}', needs: [] },
      { id: 'e', type: 'workflow', workflow: 'mails', version: 'latest', needs: [] },
    );
    const knownDefinitions = new Map([
      ['bill', { versions: ['1.0.0', '1.4.2'], children: ['dunning'] }],
      ['dunning', { versions: ['1.0.0'], children: ['order.process'] }],
      ['mails', { versions: ['1.0.0'] }],
    ]);
    const { plan, problems } = compile(document, { knownDefinitions });
    expect(problems.map(({ code, path, hint }) => [code, path, hint])).toEqual([
      ['CHILD_NOT_FOUND', '/steps/0/workflow', 'Did you mean "mails"?'],
      ['SELF_REFERENCE', '/steps/1/workflow', expect.stringContaining('depth of 100')],
      ['CHILD_NOT_FOUND', '/steps/1/version', expect.stringContaining('widen')],
      ['SELF_REFERENCE', '/steps/2/workflow', expect.anything()],
    ]);
    expect(problems[1]?.message).toContain('order.process starts bill starts dunning starts order.process');
    expect(plan?.children).toEqual([
      { workflow: 'bill', version: '^1.0.0' },
      { workflow: 'bill', version: '^2.0.0' },
      { workflow: 'mail' },
      { workflow: 'mails', version: 'latest' },
    ]);
  });
});
