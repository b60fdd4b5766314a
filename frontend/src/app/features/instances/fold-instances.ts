import type { LiveInstance } from '@contracts/rest/instances';

export type InstanceRow = LiveInstance;

/** A list as it is on screen, and what has come since and waits to be let in. Rows are never re-ordered by a change. */
export interface InstancesView {
  /** As shown, newest first at the time they were let in. */
  readonly rows: readonly InstanceRow[];
  /** Not yet shown, newest first. */
  readonly fresh: readonly InstanceRow[];
}

export const emptyInstances: InstancesView = { rows: [], fresh: [] };

const newestFirst = (a: InstanceRow, b: InstanceRow): number =>
  a.createdAt === b.createdAt ? (a.id < b.id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1;

/** The later of what is known and what came; late or repeated news changes nothing. */
const later = (known: InstanceRow, came: InstanceRow): InstanceRow => (came.seq <= known.seq ? known : { ...known, ...came });

function update(rows: readonly InstanceRow[], news: ReadonlyMap<string, InstanceRow>): readonly InstanceRow[] {
  let isChanged = false;
  const next = rows.map((row) => {
    const came = news.get(row.id);
    const after = came ? later(row, came) : row;
    isChanged ||= after !== row;
    return after;
  });
  return isChanged ? next : rows;
}

/**
 * Takes in news of instances: known ones change in place, unknown ones wait in `fresh`.
 * @param matches does an unknown one belong to this list?
 */
export function foldRows(
  view: InstancesView,
  came: readonly InstanceRow[],
  matches: (row: InstanceRow) => boolean = () => true,
): InstancesView {
  const news = latestById(came);
  const rows = update(view.rows, news);
  const known = new Set(view.rows.map(({ id }) => id));
  const waiting = new Set(view.fresh.map(({ id }) => id));
  const arrived = [...news.values()].filter((row) => !known.has(row.id) && !waiting.has(row.id) && matches(row));
  const updated = update(view.fresh, news);
  if (rows === view.rows && updated === view.fresh && arrived.length === 0) return view;
  return { rows, fresh: arrived.length === 0 ? updated : [...arrived, ...updated].sort(newestFirst) };
}

function latestById(came: readonly InstanceRow[]): Map<string, InstanceRow> {
  const news = new Map<string, InstanceRow>();
  for (const row of came) {
    const before = news.get(row.id);
    news.set(row.id, before ? later(before, row) : row);
  }
  return news;
}

/** Lets in what waits, above the rest. */
export function revealFresh(view: InstancesView): InstancesView {
  return view.fresh.length === 0 ? view : { rows: [...view.fresh, ...view.rows], fresh: [] };
}

/** A further (older) page below; what is known already stays where it is. */
export function appendPage(view: InstancesView, page: readonly InstanceRow[]): InstancesView {
  const known = new Set([...view.rows, ...view.fresh].map(({ id }) => id));
  const news = latestById(page);
  return { rows: [...update(view.rows, news), ...page.filter(({ id }) => !known.has(id))], fresh: update(view.fresh, news) };
}

/** The newest `count` of what is known and what came; for places that may re-order freely. */
export function foldLatest(rows: readonly InstanceRow[], came: readonly InstanceRow[], count: number): readonly InstanceRow[] {
  const { rows: known, fresh } = foldRows({ rows, fresh: [] }, came);
  return fresh.length === 0 ? known : [...known, ...fresh].sort(newestFirst).slice(0, count);
}
