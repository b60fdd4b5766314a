import { countSteps, isNumbered, outlineOf, stepAt } from './outline';

const outline = outlineOf({
  retry: 'patient',
  steps: [
    { id: 'a', task: 'echo' },
    { id: 'b', type: 'sleep', for: '1s' },
    { id: 'c', task: 'echo', needs: [], retry: { maxAttempts: 2 } },
    {
      id: 'each',
      type: 'forEach',
      needs: ['a', 'c'],
      items: '${[1]}',
      steps: [
        { id: 'pick', type: 'branch', on: 1, cases: [{ id: 'one', is: 1, steps: [{ id: 'x', task: 'echo' }] }], default: [] },
      ],
    },
    {
      id: 'guard',
      type: 'try',
      steps: [],
      catch: [{ codes: ['BOOM'], steps: [{ id: 'mend', task: 'echo' }] }, { steps: [] }],
      finally: [],
    },
    { id: 'both', type: 'parallel', branches: { left: [{ id: 'l', task: 'echo' }], right: [] } },
    { id: 'alone', type: 'lock', key: 'k', steps: [{ id: 'in', task: 'echo' }] },
  ],
});
const at = (path: string) => stepAt(outline, path);

describe('outlineOf', () => {
  it('takes the step before as the need when none is given', () =>
    expect(outline.slice(0, 4).map(({ needs }) => needs)).toEqual([[], ['a'], [], ['a', 'c']]));

  it('knows how often what is inside is tried', () => {
    expect([at('a')?.maxAttempts, at('b')?.maxAttempts, at('c')?.maxAttempts]).toEqual([10, 1, 2]);
    expect(at('each/0/pick/one/x')?.maxAttempts).toBe(10);
    expect(
      outlineOf({
        steps: [
          { id: 'a', task: 't' },
          { id: 'b', task: 't', retry: 'none' },
        ],
      }),
    ).toMatchObject([{ maxAttempts: 3 }, { maxAttempts: 1 }]);
  });

  it('names the lists of every kind of block as paths do', () => {
    const keysOf = (path: string) => at(path)?.bodies.map(({ key }) => key);
    expect(keysOf('each')).toEqual(['*']);
    expect(keysOf('each/7/pick')).toEqual(['one', 'default']);
    expect(keysOf('guard')).toEqual(['body', 'catch-0', 'catch-1', 'finally']);
    expect(keysOf('both')).toEqual(['left', 'right']);
    expect(keysOf('alone')).toEqual(['body']);
    expect(at('guard')?.bodies[1]?.label).toBe('catch BOOM');
  });

  it('finds a step in any item, and nothing where there is none', () => {
    expect(at('guard/catch-0/mend')?.id).toBe('mend');
    expect(at('each/41/pick/one/x')?.task).toBe('echo');
    expect([at('each/one/pick'), at('nowhere'), at('a/0/x')]).toEqual([undefined, undefined, undefined]);
    expect([isNumbered(at('each')!), isNumbered(at('both')!)]).toEqual([true, false]);
  });

  it('counts every step once', () => expect(countSteps(outline)).toBe(12));
});
