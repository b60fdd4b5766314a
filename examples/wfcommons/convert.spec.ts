import { convert, definitionName } from './convert.js';
import { dataflowHash, taskHash } from './dataflow-hash.js';
import { generateRecording } from './generate.js';
import { prepareAll, recordingsFolder } from './recordings.js';
import { leavesOf, readRecording, WfFormatError } from './wf-format.js';

const recordingOf = (tasks: unknown[]) => readRecording({ name: 'r', workflow: { specification: { tasks } } });
const diamond = () =>
  recordingOf([
    { id: 'a', children: ['b', 'c'] },
    { id: 'b', parents: ['a'] },
    { id: 'c', parents: ['a'], children: ['d'] },
    { id: 'd', parents: ['b', 'c'] },
  ]);

describe('readRecording', () => {
  it('takes edges from parents and from children', () => {
    expect(diamond().tasks.map((task) => [task.id, task.parents])).toEqual([
      ['a', []],
      ['b', ['a']],
      ['c', ['a']],
      ['d', ['b', 'c']],
    ]);
    expect(leavesOf(diamond()).map((task) => task.id)).toEqual(['d']);
  });

  it.each([
    ['another format', {}],
    ['a task twice', { workflow: { specification: { tasks: [{ id: 'a' }, { id: 'a' }] } } }],
    ['an unknown parent', { workflow: { specification: { tasks: [{ id: 'a', parents: ['z'] }] } } }],
    ['a task without an id', { workflow: { specification: { tasks: [{ name: 'a' }] } } }],
  ])('refuses %s', (_, document) => {
    expect(() => readRecording(document)).toThrow(WfFormatError);
  });
});

describe('convert', () => {
  it('makes one step a task, needing its parents', () => {
    const { steps, output } = convert(diamond());
    expect(steps.map((step) => step.needs)).toEqual([[], ['a'], ['a'], ['b', 'c']]);
    expect(steps[3]).toEqual({
      id: 'd',
      task: 'wfcommons.hash',
      needs: ['b', 'c'],
      input: { id: 'd', parents: ['${steps.b.output}', '${steps.c.output}'] },
    });
    expect(output).toEqual({ leaves: ['${steps.d.output}'] });
  });

  it('finds step ids for tasks whose ids the language does not take, and keeps them apart', () => {
    const { steps } = convert(
      recordingOf([{ id: 'a b' }, { id: 'a_b' }, { id: 'a:b', parents: ['a b'] }, { id: '1-x', parents: ['a:b'] }]),
    );
    expect(steps.map((step) => step.id)).toEqual(['a_b_2', 'a_b', 'a_b_3', '1-x']);
    expect(steps[2]).toMatchObject({ title: 'a:b', needs: ['a_b_2'], input: { id: 'a:b', parents: ['${steps.a_b_2.output}'] } });
    expect(
      convert(recordingOf([{ id: '1-x' }, { id: 'in', parents: ['1-x'] }, { id: 'z', parents: ['in'] }])).steps,
    ).toMatchObject([{}, { input: { parents: ['${steps["1-x"].output}'] } }, { input: { parents: ['${steps["in"].output}'] } }]);
  });

  it('names the definition after the file', () => {
    expect(definitionName('Montage 2MASS (0.5).json')).toBe('wfcommons.montage-2mass-0.5');
    expect(definitionName('???')).toBe('wfcommons.recording');
  });
});

describe('dataflowHash', () => {
  it('does not depend on the order of tasks or parents', () => {
    const shuffled = recordingOf([
      { id: 'd', parents: ['c', 'b'] },
      { id: 'b', parents: ['a'] },
      { id: 'c', parents: ['a'] },
      { id: 'a' },
    ]);
    expect(dataflowHash(shuffled)).toBe(dataflowHash(diamond()));
    expect(taskHash('d', ['x', 'y'])).toBe(taskHash('d', ['y', 'x']));
    expect(taskHash('d', ['x'])).not.toBe(taskHash('d', ['x', 'x']));
  });

  it('refuses a cycle', () => {
    expect(() =>
      dataflowHash(
        recordingOf([
          { id: 'a', parents: ['b'] },
          { id: 'b', parents: ['a'] },
        ]),
      ),
    ).toThrow(/2 tasks wait for each other/);
  });
});

describe('generateRecording', () => {
  it('makes the same file from the same seed', () => {
    expect(generateRecording({ seed: 3 })).toEqual(generateRecording({ seed: 3 }));
    expect(generateRecording({ seed: 3 })).not.toEqual(generateRecording({ seed: 4 }));
  });
});

const folder = recordingsFolder();
describe(folder ? `recordings in ${folder}` : 'a generated recording (no folder with real ones here)', () => {
  const all = prepareAll(folder).map((prepared) => [prepared.file, prepared] as const);

  it.each(all)('%s has the hash written down for it', (_, { recording, expectedHash }) => {
    expect(dataflowHash(recording)).toBe(expectedHash);
  });
});
