import fc from 'fast-check';
import type { JsonObject } from '../model/json.js';
import { parseDefinition } from '../parse/parse-definition.js';
import { compile } from './compile.js';
import { locateProblems } from './locate-problems.js';
import { COMMON_FIELDS, DOCUMENT_FIELDS, TYPE_FIELDS } from './vocabulary.js';
import { task, withField, withFields, withSteps } from './testing/cases.js';

describe('compile tells of', () => {
  it('tasks that no live worker serves', () => {
    const document = withSteps(
      task('a', { task: 'mail.sent' }),
      task('b', { task: '${input.task}' }),
      task('c', { task: 'echo' }),
    );
    const { problems } = compile(document, { knownTasks: ['echo', 'mail.send'] });
    expect(problems).toEqual([
      {
        severity: 'warning',
        code: 'TASK_NOT_SERVED',
        path: '/steps/0/task',
        message: expect.stringMatching(/none serves "mail.sent"/) as string,
        hint: 'Did you mean "mail.send"?',
      },
    ]);
    expect(compile(document).problems).toEqual([]);
  });

  it('everything at once, errors first', () => {
    const document = {
      name: 'X',
      version: 'y',
      foo: 1,
      steps: [task('a', { when: '${input.x}', timeout: 'z' }), task('b', { input: '${steps.a.output}', needs: ['a', 'q'] })],
    };
    const { problems } = compile(document);
    expect(problems.map((problem) => problem.code).sort()).toEqual([
      'DURATION_INVALID',
      'NAME_INVALID',
      'OUTPUT_MAY_BE_MISSING',
      'UNKNOWN_FIELD',
      'UNKNOWN_STEP',
      'VERSION_INVALID',
    ]);
    expect(problems.at(-1)?.severity).toBe('warning');
  });

  it('at most a thousand problems, saying how many more there are', () => {
    const { problems } = compile(withSteps(...Array.from({ length: 3_000 }, (_, i) => task(`s${i}`, { timeout: 1 }))));
    expect(problems).toHaveLength(1_001);
    expect(problems.at(-1)).toMatchObject({ code: 'MORE_PROBLEMS', message: expect.stringContaining('2000 more') as string });
  });

  it('places in the text', () => {
    const text =
      'name: a\nversion: 1.0.0\nsteps:\n  - id: x\n    task: echo\n    timeout: soon\n  - { id: y, task: echo, needs: [z] }\n';
    const { document, locate } = parseDefinition(text, 'yaml');
    const located = locateProblems(compile(document).problems, locate);
    expect(located.map(({ code, line, column }) => [code, line, column])).toEqual([
      ['DURATION_INVALID', 6, 5],
      ['UNKNOWN_STEP', 7, 34],
    ]);
  });
});

describe('compile has nothing against', () => {
  it.each<[string, JsonObject]>([
    [
      'a guarded missing output',
      withSteps(task('a', { when: '${input.x}' }), task('b', { input: '${steps.a.output.?y.orValue(1)}' })),
    ],
    ['an ancestor behind another step', withSteps(task('a'), task('b'), task('c', { input: '${steps.a.output.x + needs.b}' }))],
    ['a join over one need', withSteps(task('a'), task('b', { join: 'any', input: '${steps.a.output}' }))],
    ['error in runOn: failure', withSteps(task('a'), task('b', { runOn: 'failure', input: '${error.code}' }))],
    ['output in its place', withSteps(task('a', { output: '${output.x}' }), { id: 'end', type: 'complete', output: '${ctx}' })],
    ['a time-out that alerts', withFields({ timeout: { after: '2h', then: 'alert' } })],
    [
      'options of later',
      withField({
        compensate: { task: 'undo', input: { id: '${output.id}' } },
        affinity: '${input.host}',
        requires: { gpu: 'yes' },
        slots: 2,
      }),
    ],
    [
      'keys of later',
      withFields({
        triggers: [{ kind: 'schedule', cron: '* * * * *' }],
        concurrency: { key: '${input.id}', limit: 1 },
        compensation: { on: ['failure'] },
        retention: '30d',
      }),
    ],
    ['a version with build metadata', withFields({ version: '1.0.0-rc.1+build.5' })],
    ['no steps at all', withFields({})],
    ['escaped expressions where none may be', withField({ input: '$${input.x}' })],
  ])('%s', (_what, document) => {
    const { plan, problems } = compile(document, { strict: true });
    expect(problems).toEqual([]);
    expect(plan).toBeDefined();
  });
});

describe('compile, triggers', () => {
  it.each([
    ['a day that does not exist', { cron: '0 9 32 * *' }],
    ['too few fields', { cron: '* *' }],
    ['no text', { cron: 5 }],
    ['an unknown zone', { cron: '0 9 * * *', timezone: 'Mars/Olympus' }, 'timezone', 'Europe/Madrid'],
  ])('%s', (_what, trigger, field = 'cron', hint = 'five fields') => {
    const { problems } = compile(withFields({ triggers: [{ kind: 'schedule', ...trigger }] }));
    expect(problems).toMatchObject([{ code: 'CRON_INVALID', path: `/triggers/0/${field}`, hint: expect.stringContaining(hint) }]);
  });
});

describe('compile never throws', () => {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(
      '${input.x}',
      '${steps.a.output + steps.b.output}',
      '${[item, index, last, error]}',
      '${',
      'all',
      'any',
      '1s',
      'none',
      'a',
      ['a'],
      { after: '1s' },
      { schema: { type: 'object' } },
      1,
      0,
      true,
      '',
    ),
  );
  const fieldsOf = (names: readonly string[]) => fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 6 });
  const stepFields = [...COMMON_FIELDS, ...Object.values(TYPE_FIELDS).flat()];
  const leaf = fc
    .tuple(fieldsOf(stepFields), fc.constantFrom('a', 'b', 'c'), fc.constantFrom(...Object.keys(TYPE_FIELDS)))
    .map(([fields, id, type]) => ({ id, type, task: 't', ...fields }));
  const inside = fc.array(fc.oneof({ weight: 9, arbitrary: leaf }, { weight: 1, arbitrary: value }), { maxLength: 3 });
  const bodies = fc.record(
    {
      steps: inside,
      default: inside,
      finally: inside,
      branches: fc.dictionary(fc.constantFrom('l', 'r'), inside, { maxKeys: 2 }),
      cases: fc.array(fc.record({ id: fc.constantFrom('a', 'b'), is: value, if: value, steps: inside }, { requiredKeys: [] }), {
        maxLength: 2,
      }),
      catch: fc.array(fc.record({ codes: value, when: value, as: value, steps: inside }, { requiredKeys: [] }), { maxLength: 2 }),
      items: value,
      until: value,
      key: value,
    },
    { requiredKeys: ['steps'] },
  );
  const step = fc.tuple(leaf, bodies).map(([own, lists]) => ({ ...own, ...lists }));
  const document = fc
    .tuple(
      fieldsOf([...DOCUMENT_FIELDS]),
      fc.array(fc.oneof({ weight: 9, arbitrary: step }, { weight: 1, arbitrary: value }), { maxLength: 5 }),
    )
    .map(([fields, steps]) => ({ name: 'a', version: '1.0.0', steps, ...fields }));

  it('whatever the document, and gives a plan exactly when there is no error', () => {
    fc.assert(
      fc.property(fc.oneof(document, fc.jsonValue()), (candidate) => {
        const { plan, problems } = compile(candidate);
        expect(plan === undefined).toBe(problems.some((problem) => problem.severity === 'error'));
        for (const { code, path, message } of problems) {
          expect(code).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
          expect(path === '' || path.startsWith('/')).toBe(true);
          expect(message).not.toContain('undefined');
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
