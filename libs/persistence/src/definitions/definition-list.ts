import type { Json } from '#libs/engine';
import type { Database } from '../connections/database.js';
import { isJsonObject } from '../payloads/spoilt.js';
import { compareVersions } from './compare-versions.js';
import type { DefinitionPause } from './definition-pauses.js';

/** One name in the list of definitions. Title and labels are those of the highest version. */
export interface DefinitionListItem {
  readonly name: string;
  readonly title: string | null;
  readonly labels: Record<string, string>;
  readonly activeVersion: string | null;
  /** Highest by semantic versioning. */
  readonly latestVersion: string;
  /** How many there are. */
  readonly versions: number;
  /** When the newest version was registered, epoch ms. */
  readonly registeredAt: number;
  readonly paused: DefinitionPause | null;
}

interface Row {
  readonly name: string;
  readonly activeVersion: string | null;
  readonly version: string;
  readonly title: string | null;
  readonly labels: Json;
  readonly registeredAt: number;
  readonly pausedAt: number | null;
  readonly pausedBy: string | null;
  readonly pauseReason: string | null;
}

/** A page of names, then their versions: semantic order is not known to SQL. */
export async function listDefinitions(
  database: Database,
  tenant: string,
  page: { after?: string; limit: number; q?: string },
): Promise<DefinitionListItem[]> {
  const rows: Row[] = await database.query(
    `SELECT n.name, n.active_version AS "activeVersion", d.version, d.title, d.labels, d.registered_at AS "registeredAt",
       n.paused_at AS "pausedAt", n.paused_by AS "pausedBy", n.pause_reason AS "pauseReason"
     FROM (SELECT name, active_version, paused_at, paused_by, pause_reason FROM workflow_definition_names
           WHERE tenant = $1 AND name > $2 AND ($3::text IS NULL OR strpos(name, $3) > 0) ORDER BY name LIMIT $4) n
     JOIN workflow_definitions d ON d.tenant = $1 AND d.name = n.name
     ORDER BY n.name`,
    [tenant, page.after ?? '', page.q ?? null, page.limit],
  );
  const byName = new Map<string, Row[]>();
  for (const row of rows) {
    const known = byName.get(row.name);
    if (known) known.push(row);
    else byName.set(row.name, [row]);
  }
  return [...byName.values()].map(itemOf);
}

function itemOf(rows: Row[]): DefinitionListItem {
  const latest = rows.reduce((highest, row) => (compareVersions(row.version, highest.version) > 0 ? row : highest));
  return {
    name: latest.name,
    title: latest.title,
    labels: isJsonObject(latest.labels) ? (latest.labels as Record<string, string>) : {},
    activeVersion: latest.activeVersion,
    latestVersion: latest.version,
    versions: rows.length,
    registeredAt: Math.max(...rows.map((row) => row.registeredAt)),
    paused: latest.pausedAt === null ? null : { at: latest.pausedAt, by: latest.pausedBy, reason: latest.pauseReason },
  };
}
