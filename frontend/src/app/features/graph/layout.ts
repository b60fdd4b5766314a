/** A step as the graph needs it. */
export interface GraphInput {
  readonly id: string;
  /** Ids of its direct needs. */
  readonly needs: readonly string[];
}

export interface PlacedNode {
  readonly id: string;
  /** Upper left corner. */
  readonly x: number;
  readonly y: number;
}

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  /** SVG path from the right side of `from` to the left side of `to`. */
  readonly path: string;
  /** The room it takes. */
  readonly bounds: Bounds;
}

export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export const nodeSize = { width: 200, height: 56 } as const;
const gap = { rank: 44, node: 16 } as const;
/** Above this dagre takes seconds; layers in order of definition are drawn in milliseconds. */
const dagreLimit = 250;

/** Where the long edges pass other columns: by `from to`, points from left to right. */
type Detours = ReadonlyMap<string, readonly Point[]>;
interface Point {
  readonly x: number;
  readonly y: number;
}
const edgeKey = (from: string, to: string): string => `${from} ${to}`;

/** Layers from left to right. Loads dagre on first use. */
export async function layoutGraph(steps: readonly GraphInput[]): Promise<GraphLayout> {
  if (steps.length === 0) return { width: 0, height: 0, nodes: [], edges: [] };
  const { placed, detours } =
    steps.length > dagreLimit ? { placed: placeInLayers(steps), detours: new Map() as Detours } : await placeWithDagre(steps);
  const known = new Map(placed.map((node) => [node.id, node]));
  return {
    width: Math.max(...placed.map(({ x }) => x)) + nodeSize.width,
    height: Math.max(...placed.map(({ y }) => y)) + nodeSize.height,
    nodes: placed,
    edges: edgesOf(steps, known, detours),
  };
}

async function placeWithDagre(steps: readonly GraphInput[]): Promise<{ placed: PlacedNode[]; detours: Detours }> {
  const { Graph, layout } = await import('@dagrejs/dagre');
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', ranksep: gap.rank, nodesep: gap.node });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of steps) graph.setNode(id, { ...nodeSize });
  for (const { id, needs } of steps) for (const need of needs) if (graph.hasNode(need)) graph.setEdge(need, id);
  layout(graph);
  const placed = steps.map(({ id }) => {
    const node = graph.node(id) as Point;
    return { id, x: Math.round(node.x - nodeSize.width / 2), y: Math.round(node.y - nodeSize.height / 2) };
  });
  const columns = new Set(placed.map(({ x }) => x + nodeSize.width / 2));
  const detours = new Map(
    graph.edges().map(({ v, w }) => {
      const { points } = graph.edge(v, w) as { points: Point[] };
      return [edgeKey(v, w), points.slice(1, -1).filter(({ x }) => columns.has(Math.round(x)))];
    }),
  );
  return { placed, detours };
}

/** Rank = longest way from a start; within a rank ordered by where the needs are. Linear in steps and needs. */
export function placeInLayers(steps: readonly GraphInput[]): PlacedNode[] {
  const ranks = rankSteps(steps);
  const layers: GraphInput[][] = [];
  for (const step of steps) (layers[ranks.get(step.id) ?? 0] ??= []).push(step);
  const rowOf = new Map<string, number>();
  const tallest = Math.max(...layers.map((layer) => layer.length));
  return layers.flatMap((layer, rank) => {
    const wish = new Map(layer.map((step) => [step.id, meanRow(step, rowOf)]));
    const ordered = [...layer].sort((a, b) => (wish.get(a.id) ?? 0) - (wish.get(b.id) ?? 0));
    const first = (tallest - ordered.length) / 2;
    return ordered.map(({ id }, index) => {
      rowOf.set(id, first + index);
      const row = first + index;
      return { id, x: rank * (nodeSize.width + gap.rank), y: Math.round(row * (nodeSize.height + gap.node)) };
    });
  });
}

function meanRow(step: GraphInput, rowOf: ReadonlyMap<string, number>): number {
  const rows = step.needs.flatMap((need) => rowOf.get(need) ?? []);
  return rows.length === 0 ? 0 : rows.reduce((sum, row) => sum + row, 0) / rows.length;
}

function rankSteps(steps: readonly GraphInput[]): Map<string, number> {
  const dependents = new Map<string, string[]>();
  const open = new Map<string, number>();
  const known = new Set(steps.map(({ id }) => id));
  for (const { id, needs } of steps) {
    const inside = needs.filter((need) => known.has(need));
    open.set(id, inside.length);
    for (const need of inside) (dependents.get(need) ?? dependents.set(need, []).get(need))?.push(id);
  }
  const ranks = new Map<string, number>();
  const ready = steps.filter(({ id }) => open.get(id) === 0).map(({ id }) => id);
  for (const id of ready) ranks.set(id, 0);
  for (let at = 0; at < ready.length; at++) {
    const id = ready[at]!;
    for (const next of dependents.get(id) ?? []) {
      ranks.set(next, Math.max(ranks.get(next) ?? 0, (ranks.get(id) ?? 0) + 1));
      const left = (open.get(next) ?? 1) - 1;
      open.set(next, left);
      if (left === 0) ready.push(next);
    }
  }
  return ranks;
}

function edgesOf(steps: readonly GraphInput[], known: ReadonlyMap<string, PlacedNode>, detours: Detours): PlacedEdge[] {
  return steps.flatMap(({ id, needs }) =>
    needs.flatMap((need) => {
      const from = known.get(need);
      const to = known.get(id);
      if (!from || !to) return [];
      const via = detours.get(edgeKey(need, id)) ?? [];
      return [{ from: need, to: id, path: edgePath(from, to, via), bounds: boundsOf(from, to, via) }];
    }),
  );
}

function boundsOf(from: PlacedNode, to: PlacedNode, via: readonly Point[]): Bounds {
  const ys = [from.y, to.y, ...via.map(({ y }) => y)];
  const y = Math.min(...ys);
  return { x: from.x, y, width: to.x - from.x, height: Math.max(...ys) - y + nodeSize.height };
}

/** Curves between columns, and straight through a column where a long edge passes one. */
function edgePath(from: PlacedNode, to: PlacedNode, via: readonly Point[]): string {
  const half = nodeSize.width / 2;
  const middle = nodeSize.height / 2;
  let [x, y] = [from.x + nodeSize.width, from.y + middle];
  let path = `M${x} ${y}`;
  const curveTo = (nextX: number, nextY: number): void => {
    const bend = Math.max(16, (nextX - x) / 2);
    path += `C${x + bend} ${y} ${nextX - bend} ${nextY} ${nextX} ${nextY}`;
  };
  for (const point of via) {
    curveTo(Math.round(point.x - half), Math.round(point.y));
    [x, y] = [Math.round(point.x + half), Math.round(point.y)];
    path += `H${x}`;
  }
  curveTo(to.x - 2, to.y + middle);
  return path;
}

/** The step reached from `id` by an arrow key: along the needs to left and right, in a column up and down. */
export function neighbour(layout: GraphLayout, id: string, key: string): string | undefined {
  const here = layout.nodes.find((node) => node.id === id);
  if (!here) return layout.nodes[0]?.id;
  const isSideways = key === 'ArrowLeft' || key === 'ArrowRight';
  const sign = key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 1;
  const along = layout.nodes.filter((node) =>
    isSideways ? (node.x - here.x) * sign > 0 : node.x === here.x && (node.y - here.y) * sign > 0,
  );
  const distance = (node: PlacedNode): number => Math.abs(node.x - here.x) + Math.abs(node.y - here.y) * (isSideways ? 0.5 : 1);
  return along.sort((a, b) => distance(a) - distance(b))[0]?.id;
}
