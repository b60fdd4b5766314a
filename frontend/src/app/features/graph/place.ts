/** A node with its room, before it has a place. */
export interface SizedStep {
  readonly id: string;
  /** Ids of its direct needs. */
  readonly needs: readonly string[];
  readonly width: number;
  readonly height: number;
}

export interface PlacedStep extends SizedStep {
  /** Upper left corner. */
  readonly x: number;
  readonly y: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A stretch of a long edge that passes a column of nodes: straight on the height `y`. */
export interface Passage {
  readonly from: number;
  readonly to: number;
  readonly y: number;
}

/** By `from to`, from left to right. */
export type Detours = ReadonlyMap<string, readonly Passage[]>;
export interface Placement {
  readonly placed: readonly PlacedStep[];
  readonly detours: Detours;
}

export const gap = { rank: 44, node: 16 } as const;
/** Above this dagre takes seconds; layers in order of definition are drawn in milliseconds. */
const dagreLimit = 250;

export const edgeKey = (from: string, to: string): string => `${from} ${to}`;

/** Layers from left to right. Loads dagre on first use. */
export async function placeScope(steps: readonly SizedStep[]): Promise<Placement> {
  return steps.length > dagreLimit ? { placed: placeInLayers(steps), detours: new Map() } : placeWithDagre(steps);
}

async function placeWithDagre(steps: readonly SizedStep[]): Promise<Placement> {
  const { Graph, layout } = await import('@dagrejs/dagre');
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', ranksep: gap.rank, nodesep: gap.node });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id, width, height } of steps) graph.setNode(id, { width, height });
  for (const { id, needs } of steps) for (const need of needs) if (graph.hasNode(need)) graph.setEdge(need, id);
  layout(graph);
  const placed = steps.map((step) => {
    const { x, y } = graph.node(step.id) as Point;
    return { ...step, x: Math.round(x - step.width / 2), y: Math.round(y - step.height / 2) };
  });
  const columns = columnsOf(placed);
  const detours = new Map(
    graph.edges().map(({ v, w }) => {
      const { points } = graph.edge(v, w) as { points: Point[] };
      return [edgeKey(v, w), points.slice(1, -1).flatMap((point) => passageOf(point, columns))];
    }),
  );
  return { placed, detours };
}

/** Columns by their middle, as wide as their widest node. */
function columnsOf(placed: readonly PlacedStep[]): Map<number, number> {
  const columns = new Map<number, number>();
  for (const { x, width } of placed) {
    const middle = Math.round(x + width / 2);
    columns.set(middle, Math.max(columns.get(middle) ?? 0, width));
  }
  return columns;
}

function passageOf({ x, y }: Point, columns: ReadonlyMap<number, number>): Passage[] {
  const width = columns.get(Math.round(x));
  return width === undefined ? [] : [{ from: Math.round(x - width / 2), to: Math.round(x + width / 2), y: Math.round(y) }];
}

/** Rank = longest way from a start; within a rank ordered by where the needs are. Linear in steps and needs. */
export function placeInLayers(steps: readonly SizedStep[]): PlacedStep[] {
  const ranks = rankSteps(steps);
  const layers: SizedStep[][] = [];
  for (const step of steps) (layers[ranks.get(step.id) ?? 0] ??= []).push(step);
  const heightOf = (layer: readonly SizedStep[]): number => layer.reduce((sum, { height }) => sum + height + gap.node, -gap.node);
  const tallest = Math.max(...layers.map(heightOf));
  const middleOf = new Map<string, number>();
  let x = 0;
  return layers.flatMap((layer) => {
    const wish = new Map(layer.map((step) => [step.id, meanMiddle(step, middleOf)]));
    let y = (tallest - heightOf(layer)) / 2;
    const placed = [...layer]
      .sort((a, b) => (wish.get(a.id) ?? 0) - (wish.get(b.id) ?? 0))
      .map((step) => {
        const own = { ...step, x, y: Math.round(y) };
        middleOf.set(step.id, y + step.height / 2);
        y += step.height + gap.node;
        return own;
      });
    x += Math.max(...layer.map(({ width }) => width)) + gap.rank;
    return placed;
  });
}

function meanMiddle(step: SizedStep, middleOf: ReadonlyMap<string, number>): number {
  const middles = step.needs.flatMap((need) => middleOf.get(need) ?? []);
  return middles.length === 0 ? 0 : middles.reduce((sum, middle) => sum + middle, 0) / middles.length;
}

function rankSteps(steps: readonly SizedStep[]): Map<string, number> {
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
