import { layoutGraph, neighbour, nodeSize, type GraphInput, type GraphLane, type PlacedNode } from './layout';
import { placeInLayers, type PlacedStep } from './place';

const step = (id: string, ...needs: string[]): GraphInput => ({ id, needs });
const diamond = [step('a'), step('b', 'a'), step('c', 'a'), step('d', 'b', 'c'), step('e', 'a', 'd')];
const sized = ({ id, needs }: GraphInput) => ({ id, needs, ...nodeSize });
const box = (id: string, needs: readonly string[], ...lanes: GraphInput[][]): GraphInput => ({
  id,
  needs,
  lanes: lanes.map((steps, index): GraphLane => ({ key: String(index), steps })),
});
type Placed = PlacedNode | PlacedStep;
const overlaps = (a: Placed, b: Placed): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
const encloses = (outer: Placed, inner: Placed): boolean =>
  inner.x > outer.x &&
  inner.y >= outer.y + nodeSize.height &&
  inner.x + inner.width < outer.x + outer.width &&
  inner.y + inner.height < outer.y + outer.height;

function expectSound(steps: readonly GraphInput[], nodes: readonly Placed[]): void {
  const at = new Map(nodes.map((node) => [node.id, node]));
  expect(nodes).toHaveLength(steps.length);
  for (const { id, needs } of steps)
    for (const need of needs) expect(at.get(need)!.x + at.get(need)!.width).toBeLessThanOrEqual(at.get(id)!.x);
  for (const a of nodes) for (const b of nodes) if (a !== b) expect(overlaps(a, b)).toBe(false);
}

describe('layoutGraph', () => {
  it('puts needs to the left, and no step upon another', async () => {
    const layout = await layoutGraph(diamond);
    expectSound(diamond, layout.nodes);
    expect(layout.edges).toHaveLength(6);
  });
  it('leads a long edge past the columns between', async () => {
    const { edges } = await layoutGraph(diamond);
    const long = edges.find(({ from, to }) => from === 'a' && to === 'e');
    expect(long?.path).toContain('H');
  });
  it('has nothing to draw of nothing', async () =>
    expect(await layoutGraph([])).toEqual({ width: 0, height: 0, nodes: [], lanes: [], edges: [] }));
  it('leaves out needs that are not in the graph', async () =>
    expect((await layoutGraph([step('a', 'elsewhere')])).edges).toEqual([]));
});

describe('a box', () => {
  const inner = box(
    'each/0/both',
    [],
    [step('each/0/both/l/x')],
    [step('each/0/both/r/y'), step('each/0/both/r/z', 'each/0/both/r/y')],
  );
  const nested = [step('a'), box('each', ['a'], [step('each/0/p'), inner]), step('b', 'each'), step('c', 'a')];

  it('holds what is inside it, and pushes aside what is not', async () => {
    const { nodes, lanes, edges } = await layoutGraph(nested);
    const at = new Map(nodes.map((node) => [node.id, node]));
    expectSound(
      nested,
      nodes.filter(({ id }) => !id.includes('/')),
    );
    for (const id of ['each/0/p', 'each/0/both']) expect(encloses(at.get('each')!, at.get(id)!)).toBe(true);
    for (const id of ['l/x', 'r/y', 'r/z']) expect(encloses(at.get('each/0/both')!, at.get(`each/0/both/${id}`)!)).toBe(true);
    expect(lanes.map(({ owner, key }) => `${owner} ${key}`)).toEqual(['each 0', 'each/0/both 0', 'each/0/both 1']);
    expect(edges.map(({ from, to }) => `${from} ${to}`)).toContain('each/0/both/r/y each/0/both/r/z');
  });

  it('stands before what is inside it, so that it is drawn below', async () => {
    const ids = (await layoutGraph(nested)).nodes.map(({ id }) => id);
    expect(ids.indexOf('each')).toBeLessThan(ids.indexOf('each/0/both'));
    expect(ids.indexOf('each/0/both')).toBeLessThan(ids.indexOf('each/0/both/r/y'));
  });

  it('stands below the others when it does not belong to their order', async () => {
    const { nodes } = await layoutGraph([...nested, { ...box('~undone', [], [step('u')]), isBelow: true }]);
    const below = nodes.find(({ id }) => id === '~undone')!;
    const others = nodes.filter(({ id }) => !['~undone', 'u'].includes(id));
    expect(Math.max(...others.map(({ y, height }) => y + height))).toBeLessThan(below.y);
  });

  it('has room for its name when a list in it is empty', async () => {
    const [only] = (await layoutGraph([box('none', [], [], [])])).nodes;
    expect(only!.height).toBeGreaterThan(nodeSize.height + 2 * 20);
  });

  it('is walked into and out of', async () => {
    const layout = await layoutGraph(nested);
    expect(neighbour(layout, 'each', 'ArrowDown')).toMatch(/^each\/0\//);
    expect(neighbour(layout, 'each/0/p', 'ArrowUp')).toBeDefined();
  });
});

describe('placeInLayers', () => {
  it('puts needs to the left, and no step upon another', () => expectSound(diamond, placeInLayers(diamond.map(sized))));
  it('places 2,000 steps at once', () => {
    const many = Array.from({ length: 2_000 }, (_, index) =>
      step(`s${index}`, ...(index < 20 ? [] : [`s${index - 20}`, `s${index - 7}`])),
    );
    const started = performance.now();
    const nodes = placeInLayers(many.map(sized));
    expect(performance.now() - started).toBeLessThan(500);
    expect(new Set(nodes.map(({ x, y }) => `${x} ${y}`)).size).toBe(2_000);
  });
});

describe('neighbour', () => {
  it('walks along and across', async () => {
    const layout = await layoutGraph(diamond);
    expect(neighbour(layout, 'b', 'ArrowRight')).toBe('d');
    expect(neighbour(layout, 'd', 'ArrowLeft')).toMatch(/[bc]/);
    const [up, down] = [neighbour(layout, 'c', 'ArrowUp'), neighbour(layout, 'c', 'ArrowDown')];
    expect([up, down]).toContain('b');
    expect(neighbour(layout, 'a', 'ArrowLeft')).toBeUndefined();
  });
});
