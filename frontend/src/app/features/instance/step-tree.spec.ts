import type { ScopeView, StepView } from '@engine/view/instance-view';
import { outlineOf } from '../outline/outline';
import { indexParts } from '../outline/parts';
import { factSources, scopeOf, viewed } from './testing/facts';
import { reveal, treeRows, type TreeChoice, type TreeSources } from './step-tree';

const task = (id: string) => ({ id, task: 'echo' });
const outline = outlineOf({
  steps: [
    task('a'),
    { id: 'each', type: 'forEach', steps: [task('x'), task('y')] },
    {
      id: 'pick',
      type: 'branch',
      cases: [
        { id: 'one', steps: [task('p')] },
        { id: 'two', steps: [task('q')] },
      ],
    },
    { id: 'alone', type: 'lock', steps: [task('in')] },
  ],
});
const nothing: TreeChoice = { toggled: new Set(), pages: new Map(), onlyFailed: new Set() };
function sourcesOf(
  steps: StepView[],
  scopes: Record<string, Partial<ScopeView>> = {},
  choice: Partial<TreeChoice> = {},
): TreeSources {
  const sources = factSources(outline, steps, scopes);
  return { ...sources, parts: indexParts(sources.view), choice: { ...nothing, ...choice } };
}
const lines = (sources: TreeSources) => treeRows(sources).map(({ path, depth }) => `${'  '.repeat(depth)}${path}`);
const counts = (total: number, failed = 0) => ({ counts: { total, completed: 0, failed, cancelled: 0 } });

describe('treeRows', () => {
  it('shows what is inside the blocks before anything has begun', () =>
    expect(lines(sourcesOf([]))).toEqual([
      'a',
      'each',
      'pick',
      '  pick/one',
      '    pick/one/p',
      '  pick/two',
      '    pick/two/q',
      'alone',
      '  alone/body/in',
    ]));

  it('opens the case that is taken, and closes those that are not', () => {
    const rows = treeRows(sourcesOf([viewed('pick', 'running', { taken: ['two'] })], { 'pick/two': scopeOf({ open: 1 }) }));
    const parts = rows.flatMap((row) => (row.kind === 'part' ? [[row.path, row.state, row.isOpen]] : []));
    expect(parts).toEqual([
      ['pick/one', 'skipped', false],
      ['pick/two', 'running', true],
    ]);
  });

  it('lists items by the hundred, and only failed ones when asked', () => {
    const view = [viewed('each', 'running', counts(50_000, 2))];
    const scopes = { 'each/7': scopeOf({ ended: 2, failed: 1 }), 'each/40017': scopeOf({ ended: 1, failed: 1 }) };
    const shown = treeRows(sourcesOf(view, scopes, { pages: new Map([['each', 40_000]]) }));
    const pager = shown.find((row) => row.kind === 'pager');
    expect(pager).toMatchObject({ page: { from: 40_000, to: 40_100, total: 50_000, failed: 2 } });
    expect(shown.filter(({ path }) => path.startsWith('each/4'))).toHaveLength(100);
    const failed = treeRows(sourcesOf(view, scopes, { onlyFailed: new Set(['each']) }));
    expect(failed.flatMap((row) => (row.kind === 'part' && row.path.startsWith('each/') ? [row.path] : []))).toEqual([
      'each/7',
      'each/40017',
    ]);
  });

  it('opens the items of a short list by itself, and those of a long one by hand', () => {
    expect(lines(sourcesOf([viewed('each', 'running', counts(2))]))).toContain('    each/1/y');
    expect(lines(sourcesOf([viewed('each', 'running', counts(9))]))).not.toContain('    each/1/y');
    const toggled = new Set(['each/1']);
    expect(lines(sourcesOf([viewed('each', 'running', counts(9))], {}, { toggled }))).toContain('    each/1/y');
  });

  it('shows what undoes a step below it', () => {
    const steps = [viewed('a', 'compensated'), viewed('a/~undo', 'completed')];
    expect(lines(sourcesOf(steps)).slice(0, 2)).toEqual(['a', '  a/~undo']);
  });

  it('is quick for 50,000 items', () => {
    const scopes = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`each/${index}`, scopeOf({ ended: 2 })]));
    const sources = sourcesOf([viewed('each', 'completed', counts(50_000))], scopes);
    const begun = performance.now();
    expect(treeRows(sources).length).toBeLessThan(200);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});

describe('reveal', () => {
  it('unfolds what is around a step, and turns to its page', () => {
    const sources = sourcesOf([viewed('each', 'running', counts(1_000))], {}, { toggled: new Set(['each', 'alone']) });
    const shownWith = (path: string) => lines({ ...sources, choice: reveal(path, sources) }).map((line) => line.trim());
    expect(shownWith('each/512/y')).toContain('each/512/y');
    expect(shownWith('alone/body/in')).toContain('alone/body/in');
    expect(shownWith('nowhere/0/x')).not.toContain('nowhere/0/x');
  });
});
