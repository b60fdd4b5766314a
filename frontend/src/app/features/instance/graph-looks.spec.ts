import type { InstanceView, StepView } from '@engine/view/instance-view';
import { outlineOf } from '../outline/outline';
import { indexParts } from '../outline/parts';
import { COMPENSATION, drawnPaths, graphLooks, type GraphChoice, type GraphSources } from './graph-looks';
import { factSources, scopeOf, viewed } from './testing/facts';

const task = (id: string) => ({ id, task: 'echo' });
const outline = outlineOf({
  steps: [
    task('a'),
    { id: 'each', type: 'forEach', steps: [task('x')] },
    {
      id: 'pick',
      type: 'branch',
      cases: [
        { id: 'one', steps: [task('p')] },
        { id: 'two', steps: [task('q')] },
      ],
    },
  ],
});
const openAll: GraphChoice = { isOpen: () => true, itemOf: () => undefined, selected: undefined, shown: new Map() };

function sourcesOf(
  steps: StepView[],
  scopes: Parameters<typeof factSources>[2] = {},
  choice: Partial<GraphChoice> = {},
  view: Partial<InstanceView> = {},
): GraphSources {
  // prettier-ignore
  const sources = factSources(outline, steps, scopes, { view });
  return { ...sources, parts: indexParts(sources.view), now: 0, choice: { ...openAll, shown: new Map(), ...choice } };
}
const items = { counts: { total: 9, completed: 1, failed: 0, cancelled: 0 } };

describe('graphLooks', () => {
  it('draws what is inside of blocks that are open, and of others how far they are', () => {
    const sources = sourcesOf([viewed('each', 'running', items)], {}, { isOpen: (path) => path !== 'each' });
    const [, each, pick] = graphLooks(sources);
    expect(each).toMatchObject({ isFoldable: true, figure: '1 / 9', progress: items.counts });
    expect(each!.lanes).toBeUndefined();
    expect(pick!.lanes!.map(({ key }) => key)).toEqual(['one', 'two']);
  });

  it('fades the cases that are not taken', () => {
    const [, , pick] = graphLooks(
      sourcesOf([viewed('pick', 'running', { taken: ['two'] })], { 'pick/two': scopeOf({ open: 1 }) }),
    );
    expect(pick!.lanes!.map(({ isFaded, text }) => [isFaded, text])).toEqual([
      [true, 'not taken'],
      [false, 'Running'],
    ]);
  });

  it('stays with an item while it moves, goes on when it has ended, and follows the choice of the user', () => {
    const shown = new Map<string, number>();
    const itemOf = (scopes: Parameters<typeof factSources>[2], choice: Partial<GraphChoice> = {}) =>
      graphLooks(sourcesOf([viewed('each', 'running', items)], scopes, { shown, ...choice }))[1]!.lanes![0]!.pager?.index;
    expect(itemOf({ 'each/4': { open: 1 } })).toBe(4);
    expect(itemOf({ 'each/2': { open: 1 }, 'each/4': { open: 1 } })).toBe(4);
    expect(itemOf({ 'each/2': { open: 1 }, 'each/4': { ended: 1 } })).toBe(2);
    expect(itemOf({ 'each/2': { open: 1 } }, { itemOf: () => 7 })).toBe(7);
    expect(itemOf({ 'each/2': { open: 1 } }, { selected: 'each/5/x' })).toBe(5);
  });

  it('adds a second row of what is undone, in that order', () => {
    const compensation = { order: 'reverse' as const, paths: ['each/0/x', 'a'], failures: [] };
    const steps = [viewed('each/0/x', 'compensated'), viewed('each/0/x/~undo', 'completed'), viewed('a', 'compensating'), viewed('a/~undo', 'scheduled')]; // prettier-ignore
    const looks = graphLooks(sourcesOf(steps, {}, {}, { status: 'compensating', compensation }));
    const row = looks.at(-1)!;
    expect(row).toMatchObject({ id: COMPENSATION, isBelow: true, figure: '1 / 2' });
    expect(row.lanes![0]!.steps.map(({ name, needs }) => [name, needs])).toEqual([
      ['each/0/x', []],
      ['a', ['each/0/x/~undo']],
    ]);
    expect(drawnPaths(looks)).not.toContain(COMPENSATION);
  });
});
