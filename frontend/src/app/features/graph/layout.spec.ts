import { layoutGraph, neighbour, nodeSize, placeInLayers, type GraphInput, type PlacedNode } from './layout';

const step = (id: string, ...needs: string[]): GraphInput => ({ id, needs });
const diamond = [step('a'), step('b', 'a'), step('c', 'a'), step('d', 'b', 'c'), step('e', 'a', 'd')];
const overlaps = (a: PlacedNode, b: PlacedNode): boolean =>
  Math.abs(a.x - b.x) < nodeSize.width && Math.abs(a.y - b.y) < nodeSize.height;

function expectSound(steps: readonly GraphInput[], nodes: readonly PlacedNode[]): void {
  const at = new Map(nodes.map((node) => [node.id, node]));
  expect(nodes).toHaveLength(steps.length);
  for (const { id, needs } of steps)
    for (const need of needs) expect(at.get(need)!.x + nodeSize.width).toBeLessThanOrEqual(at.get(id)!.x);
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
    expect(await layoutGraph([])).toEqual({ width: 0, height: 0, nodes: [], edges: [] }));
  it('leaves out needs that are not in the graph', async () =>
    expect((await layoutGraph([step('a', 'elsewhere')])).edges).toEqual([]));
});

describe('placeInLayers', () => {
  it('puts needs to the left, and no step upon another', () => expectSound(diamond, placeInLayers(diamond)));
  it('places 2,000 steps at once', () => {
    const many = Array.from({ length: 2_000 }, (_, index) =>
      step(`s${index}`, ...(index < 20 ? [] : [`s${index - 20}`, `s${index - 7}`])),
    );
    const started = performance.now();
    const nodes = placeInLayers(many);
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
