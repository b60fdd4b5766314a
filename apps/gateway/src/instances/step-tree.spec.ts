import { type AuditEvent, compile, emptyInstanceView, foldInstanceView } from '#libs/engine';
import { stepTree } from './step-tree.js';

const { plan } = compile({
  name: 'a',
  version: '1.0.0',
  steps: [
    {
      id: 'each',
      type: 'forEach',
      items: [1, 2, 3],
      steps: [
        { id: 'a', task: 'echo' },
        { id: 'b', task: 'echo' },
      ],
    },
    { id: 'each2', task: 'echo' },
  ],
});
const events = [
  { type: 'blockEntered', path: 'each', data: { items: [1, 2, 3] } },
  { type: 'scopesOpened', path: 'each', data: { keys: ['0', '1', '2'] } },
  ...['0', '1', '2'].map((key) => ({ type: 'stepCompleted', path: `each/${key}/a`, data: { output: null } })),
].map((event, n) => ({ ...event, seq: n + 1, generation: 1, at: 0 })) as unknown as AuditEvent[];
const view = foldInstanceView(emptyInstanceView, events);
const pathsUnder = (under?: string): string[] => [...stepTree(plan, view, under)].map(({ path }) => path);

describe('the tree of steps', () => {
  it('has everything there is in definition order', () => {
    expect(pathsUnder()).toEqual(['each', ...[0, 1, 2].flatMap((n) => [`each/${n}/a`, `each/${n}/b`]), 'each2']);
  });

  it.each([
    ['each', ['each', ...[0, 1, 2].flatMap((n) => [`each/${n}/a`, `each/${n}/b`])]],
    ['each/1', ['each', 'each/1/a', 'each/1/b']],
    ['each/1/b', ['each', 'each/1/b']],
    ['each2', ['each2']],
    ['nothing', []],
  ])('has only what is under %s, and the steps around it', (under, expected) => {
    expect(pathsUnder(under)).toEqual(expected);
  });
});
