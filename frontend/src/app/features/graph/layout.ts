import { edgeKey, gap, placeScope, type Detours, type Passage, type PlacedStep, type Placement, type SizedStep } from './place';

/** A step as the graph needs it. */
export interface GraphInput {
  readonly id: string;
  /** Ids of its direct needs, all of its own list. */
  readonly needs: readonly string[];
  /** Lists of steps drawn inside it: it becomes a box. */
  readonly lanes?: readonly GraphLane[];
  /** Stands below all others of its list, apart from them. */
  readonly isBelow?: boolean;
}

/** A list of steps inside a box, under a line that names it. */
export interface GraphLane {
  readonly key: string;
  readonly steps: readonly GraphInput[];
}

export interface Bounds {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode extends Bounds {
  readonly id: string;
  readonly isBox: boolean;
}

export interface PlacedLane extends Bounds {
  /** Of the step whose box it stands in. */
  readonly owner: string;
  readonly key: string;
}

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  /** SVG path from the right side of `from` to the left side of `to`, in the plane of their list. */
  readonly path: string;
  /** Where that plane begins. */
  readonly x: number;
  readonly y: number;
  /** The room it takes. */
  readonly bounds: Bounds;
}

/** Everything in one plane; a box stands before what is inside it. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly lanes: readonly PlacedLane[];
  readonly edges: readonly PlacedEdge[];
}

export const nodeSize = { width: 200, height: 56 } as const;
/** Inside a box: room around a lane's steps, and the line that names a lane. */
export const boxRoom = { side: 12, lane: 32, bottom: 12, between: 4 } as const;
const emptyLayout: GraphLayout = { width: 0, height: 0, nodes: [], lanes: [], edges: [] };

/** Layers from left to right, boxes from the inside out. */
export async function layoutGraph(steps: readonly GraphInput[]): Promise<GraphLayout> {
  if (steps.length === 0) return emptyLayout;
  const insides = new Map<string, GraphLayout>();
  for (const step of steps) if (step.lanes) insides.set(step.id, await layoutBox(step.id, step.lanes));
  const sized = steps.map(({ id, needs }) => ({ id, needs, ...sizeOf(insides.get(id)) }));
  const { placed, detours } = await placeApart(sized, new Set(steps.flatMap(({ id, isBelow }) => (isBelow ? [id] : []))));
  const known = new Map(placed.map((node) => [node.id, node]));
  const inner = placed.map((node) => moved(insides.get(node.id) ?? emptyLayout, node.x, node.y));
  return {
    width: Math.max(...placed.map(({ x, width }) => x + width)),
    height: Math.max(...placed.map(({ y, height }) => y + height)),
    nodes: placed.flatMap((node, index) => [toNode(node, insides.has(node.id)), ...inner[index]!.nodes]),
    lanes: inner.flatMap(({ lanes }) => lanes),
    edges: [...edgesOf(sized, known, detours), ...inner.flatMap(({ edges }) => edges)],
  };
}

async function placeApart(sized: readonly SizedStep[], below: ReadonlySet<string>): Promise<Placement> {
  const { placed, detours } = await placeScope(sized.filter(({ id }) => !below.has(id)));
  let y = Math.max(-gap.rank, ...placed.map((node) => node.y + node.height));
  const lower = sized
    .filter(({ id }) => below.has(id))
    .map((step) => {
      const node = { ...step, x: 0, y: y + gap.rank };
      y = node.y + node.height;
      return node;
    });
  return { placed: [...placed, ...lower], detours };
}

const toNode = ({ id, x, y, width, height }: PlacedStep, isBox: boolean): PlacedNode => ({ id, x, y, width, height, isBox });
const sizeOf = (inside: GraphLayout | undefined): { width: number; height: number } =>
  inside ? { width: inside.width, height: inside.height } : nodeSize;

/** Lanes one below the other, under the head of the box. */
async function layoutBox(owner: string, lanes: readonly GraphLane[]): Promise<GraphLayout> {
  const laid = await Promise.all(lanes.map(async ({ key, steps }) => ({ key, inside: await layoutGraph(steps) })));
  const width = Math.max(nodeSize.width, ...laid.map(({ inside }) => inside.width)) + 2 * boxRoom.side;
  let y: number = nodeSize.height;
  const placed = laid.map(({ key, inside }) => {
    const height = boxRoom.lane + (inside.height === 0 ? 0 : inside.height + boxRoom.bottom);
    const lane: PlacedLane = { owner, key, x: 0, y, width, height };
    const content = moved(inside, boxRoom.side, y + boxRoom.lane);
    y += height + boxRoom.between;
    return { lane, content };
  });
  return {
    width,
    height: y,
    nodes: placed.flatMap(({ content }) => content.nodes),
    lanes: placed.flatMap(({ lane, content }) => [lane, ...content.lanes]),
    edges: placed.flatMap(({ content }) => content.edges),
  };
}

function moved(layout: GraphLayout, dx: number, dy: number): GraphLayout {
  const shift = <T extends { readonly x: number; readonly y: number }>(part: T): T => ({
    ...part,
    x: part.x + dx,
    y: part.y + dy,
  });
  return {
    ...layout,
    nodes: layout.nodes.map(shift),
    lanes: layout.lanes.map(shift),
    edges: layout.edges.map((edge) => ({ ...shift(edge), bounds: shift(edge.bounds) })),
  };
}

function edgesOf(steps: readonly SizedStep[], known: ReadonlyMap<string, PlacedStep>, detours: Detours): PlacedEdge[] {
  return steps.flatMap(({ id, needs }) =>
    needs.flatMap((need) => {
      const from = known.get(need);
      const to = known.get(id);
      if (!from || !to) return [];
      const via = detours.get(edgeKey(need, id)) ?? [];
      return [{ from: need, to: id, path: edgePath(from, to, via), x: 0, y: 0, bounds: boundsOf(from, to, via) }];
    }),
  );
}

function boundsOf(from: PlacedStep, to: PlacedStep, via: readonly Passage[]): Bounds {
  const y = Math.min(from.y, to.y, ...via.map((passage) => passage.y));
  const bottom = Math.max(from.y + from.height, to.y + to.height, ...via.map((passage) => passage.y));
  return { x: from.x, y, width: to.x - from.x, height: bottom - y };
}

/** Curves between columns, and straight through a column where a long edge passes one. */
function edgePath(from: PlacedStep, to: PlacedStep, via: readonly Passage[]): string {
  let [x, y] = [from.x + from.width, from.y + from.height / 2];
  let path = `M${x} ${y}`;
  const curveTo = (nextX: number, nextY: number): void => {
    const bend = Math.max(16, (nextX - x) / 2);
    path += `C${x + bend} ${y} ${nextX - bend} ${nextY} ${nextX} ${nextY}`;
  };
  for (const passage of via) {
    curveTo(passage.from, passage.y);
    [x, y] = [passage.to, passage.y];
    path += `H${x}`;
  }
  curveTo(to.x - 2, to.y + to.height / 2);
  return path;
}

/** The step reached from `id` by an arrow key: the nearest whose corner lies that way. */
export function neighbour(layout: GraphLayout, id: string, key: string): string | undefined {
  const here = layout.nodes.find((node) => node.id === id);
  if (!here) return layout.nodes[0]?.id;
  const isSideways = key === 'ArrowLeft' || key === 'ArrowRight';
  const sign = key === 'ArrowLeft' || key === 'ArrowUp' ? -1 : 1;
  const along = (node: PlacedNode): number => (isSideways ? node.x - here.x : node.y - here.y) * sign;
  const across = (node: PlacedNode): number => Math.abs(isSideways ? node.y - here.y : node.x - here.x);
  // Up and down stay in the column, or step into a box and out of it.
  const isOver = (node: PlacedNode): boolean => node.x < here.x + here.width && node.x + node.width > here.x;
  const isOnTheWay = (node: PlacedNode): boolean => along(node) > 0 && (isSideways || isOver(node));
  const distance = (node: PlacedNode): number => along(node) + across(node) * (isSideways ? 0.5 : 4);
  return layout.nodes.filter(isOnTheWay).sort((a, b) => distance(a) - distance(b))[0]?.id;
}
