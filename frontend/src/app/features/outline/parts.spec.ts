import { emptyInstanceView, type InstanceView, type ScopeView } from '@engine/view/instance-view';
import { outlineOf } from './outline';
import { begunKeys, indexParts, numberedTotal, partState, tellingPart } from './parts';

const scope = (more: Partial<ScopeView>): ScopeView => ({ open: 0, ended: 0, failed: 0, cancelled: 0, ...more });
const viewOf = (scopes: Record<string, Partial<ScopeView>>, total = 0): InstanceView => ({
  ...emptyInstanceView,
  scopes: new Map(Object.entries(scopes).map(([path, more]) => [path, scope(more)])),
  steps: new Map([
    [
      'each',
      { path: 'each', status: 'running', attempt: 0, attempts: [], counts: { total, completed: 0, failed: 0, cancelled: 0 } },
    ],
  ]),
});
const [each, loop] = outlineOf({
  steps: [
    { id: 'each', type: 'forEach', steps: [] },
    { id: 'each', type: 'repeat', steps: [] },
  ],
});
const telling = (view: InstanceView, step = each!) => tellingPart(step, indexParts(view), view, 'each');

describe('the parts of a block', () => {
  it('are found by the path of their block', () => {
    const index = indexParts(viewOf({ '': { open: 1 }, 'each/0': {}, 'each/1': {}, 'each/1/both/left': {} }));
    expect(begunKeys(index, 'each')).toEqual(['0', '1']);
    expect(begunKeys(index, 'each/1/both')).toEqual(['left']);
    expect(begunKeys(index, 'elsewhere')).toEqual([]);
  });

  it('stand as their steps do', () => {
    expect(partState(undefined)).toBe('notReached');
    expect(partState(scope({ open: 1, ended: 3, failed: 1 }))).toBe('running');
    expect(partState(scope({ ended: 3, failed: 1 }))).toBe('failed');
    expect(partState(scope({ ended: 3, cancelled: 1 }))).toBe('cancelled');
    expect(partState(scope({ ended: 3 }))).toBe('completed');
  });

  it('shows the item that is open, else one that failed, else the first; of rounds the last', () => {
    expect(telling(viewOf({ 'each/0': { ended: 1 }, 'each/1': { ended: 1, failed: 1 }, 'each/2': { open: 1 } }))).toBe(2);
    expect(telling(viewOf({ 'each/0': { ended: 1 }, 'each/1': { ended: 1, failed: 1 } }))).toBe(1);
    expect(telling(viewOf({ 'each/0': { ended: 1 }, 'each/1': { ended: 1 } }))).toBe(0);
    expect(telling(viewOf({ 'each/0': { ended: 1 }, 'each/1': { ended: 1 } }), loop)).toBe(1);
  });

  it('counts items that have not begun', () => {
    const view = viewOf({ 'each/0': {} }, 50_000);
    expect(numberedTotal(indexParts(view), view, 'each')).toBe(50_000);
  });
});
