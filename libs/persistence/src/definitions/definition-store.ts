import { maxSatisfying, validRange } from 'semver';
import type { EntityManager } from 'typeorm';
import { defaultTenant } from '#libs/contracts';
import type { Json, JsonObject } from '#libs/engine';
import type { Database } from '../connections/database.js';
import { NOW_MS } from '../connections/database-clock.js';
import { isJsonObject, jsonOr, readable, SpoiltRow } from '../payloads/spoilt.js';
import { DefinitionEntity, DefinitionNameEntity } from '../schema/entities/definition.entity.js';
import { replaceDeclared, TriggerTaken } from '../triggers/write-trigger.js';
import { compareVersions, isRelease } from './compare-versions.js';
import { listDefinitions, type DefinitionListItem } from './definition-list.js';

/** A registered version. `spec` is the document, in the author's order of keys. */
export interface StoredDefinition {
  readonly name: string;
  readonly version: string;
  readonly spec: JsonObject;
  readonly checksum: string;
  readonly title: string | null;
  readonly registeredAt: number;
  readonly deprecatedAt: number | null;
}

export interface VersionRow {
  readonly version: string;
  readonly checksum: string;
  readonly registeredAt: number;
  readonly deprecatedAt: number | null;
  readonly isActive: boolean;
}

/** A compiled definition, ready to be registered. */
export interface NewDefinition {
  readonly name: string;
  readonly version: string;
  readonly spec: JsonObject;
  readonly checksum: string;
}

export interface RegisterOptions {
  readonly tenant?: string;
  /** Absent: a release newer than the active version becomes active, a pre-release does not. */
  readonly activate?: boolean;
  readonly allowOlder?: boolean;
}

/** `versionExists`: registered with other content. `notNewer`: `latest` is at least as high. */
export type RegisterOutcome =
  | { readonly outcome: 'created' | 'identical'; readonly isActive: boolean }
  | { readonly outcome: 'versionExists'; readonly checksum: string }
  | { readonly outcome: 'notNewer'; readonly latest: string }
  | TakenOutcome;

/** A trigger of the version has the name of one of another definition, or of one that stands by itself (then `holder` is null). */
export interface TakenOutcome {
  readonly outcome: 'triggerTaken';
  readonly trigger: string;
  readonly holder: string | null;
}

/** `changed`: somebody else was quicker; `current` is active now. */
export type ActivateOutcome =
  | { readonly outcome: 'activated'; readonly previous: string | null }
  | { readonly outcome: 'unknownVersion' }
  | { readonly outcome: 'changed'; readonly current: string | null }
  | TakenOutcome;

/** In the text of a document, so that one that is no JSON any more does not keep the others from being read. In a JSON string no quote stands bare. */
const taskMember = String.raw`"task"\s*:\s*("(?:[^"\\]|\\.)*")`;

/** Definitions and their versions: immutable, ordered by semantic versioning, at most one active per name. */
export class DefinitionStore {
  constructor(private readonly database: Database) {}

  register(definition: NewDefinition, options: RegisterOptions = {}): Promise<RegisterOutcome> {
    const tenant = options.tenant ?? defaultTenant;
    return this.unlessTaken<RegisterOutcome>(async (manager) => {
      const named = await lockName(manager, tenant, definition.name);
      const registered = await versionsOf(manager, tenant, definition.name);
      const same = registered.find((row) => row.version === definition.version);
      if (same !== undefined && same.checksum !== definition.checksum)
        return { outcome: 'versionExists', checksum: same.checksum };
      if (same !== undefined) return { outcome: 'identical', isActive: named.activeVersion === same.version };
      const latest = registered[0]?.version;
      if (latest !== undefined && compareVersions(definition.version, latest) <= 0 && !options.allowOlder)
        return { outcome: 'notNewer', latest };
      await insert(manager, tenant, definition);
      const isActive = options.activate ?? becomesActive(definition.version, named.activeVersion);
      if (isActive) await activate(manager, named, definition);
      return { outcome: 'created', isActive };
    });
  }

  /** @throws SpoiltRow */
  async get(name: string, version: string, tenant = defaultTenant): Promise<StoredDefinition | undefined> {
    const row = await this.database.getRepository(DefinitionEntity).findOneBy({ tenant, name, version });
    return row === null ? undefined : storedOf(row);
  }

  /** All versions, highest first; empty when the name is unknown. */
  async versions(name: string, tenant = defaultTenant): Promise<VersionRow[]> {
    const active = await this.active(name, tenant);
    const rows = await versionsOf(this.database, tenant, name);
    return rows.map(({ version, checksum, registeredAt, deprecatedAt }) => ({
      version,
      checksum,
      registeredAt,
      deprecatedAt,
      isActive: version === active,
    }));
  }

  /** Every name with its versions, lowest first. */
  async versionsByName(tenant = defaultTenant): Promise<Map<string, { versions: string[] }>> {
    const rows: { name: string; versions: string[] }[] = await this.database.query(
      'SELECT name, array_agg(version) AS versions FROM workflow_definitions WHERE tenant = $1 GROUP BY name',
      [tenant],
    );
    return new Map(rows.map(({ name, versions }) => [name, { versions: versions.sort(compareVersions) }]));
  }

  /** @returns the active version, null when none is, undefined when the name is unknown */
  async active(name: string, tenant = defaultTenant): Promise<string | null | undefined> {
    return (await this.database.getRepository(DefinitionNameEntity).findOneBy({ tenant, name }))?.activeVersion;
  }

  /**
   * The version a start means.
   * @param wanted exact version, range (`^1.2`; pre-releases only when it names one), `latest` (highest release, else highest), or absent: the active one
   */
  async resolve(name: string, wanted?: string, tenant = defaultTenant): Promise<string | undefined> {
    if (wanted === undefined) return (await this.active(name, tenant)) ?? undefined;
    const versions = (await versionsOf(this.database, tenant, name)).map((row) => row.version);
    if (wanted === 'latest') return versions.find(isRelease) ?? versions[0];
    if (versions.includes(wanted)) return wanted;
    return validRange(wanted) === null ? undefined : (maxSatisfying(versions, wanted) ?? undefined);
  }

  /**
   * Makes a version active; with `expected`, only when that one is active now (null: none).
   * @throws SpoiltRow
   */
  setActive(name: string, version: string, expected?: string | null, tenant = defaultTenant): Promise<ActivateOutcome> {
    return this.unlessTaken<ActivateOutcome>(async (manager) => {
      const stored = await manager.findOneBy(DefinitionEntity, { tenant, name, version });
      if (stored === null) return { outcome: 'unknownVersion' };
      const named = await lockName(manager, tenant, name);
      if (expected !== undefined && named.activeVersion !== expected) return { outcome: 'changed', current: named.activeVersion };
      await activate(manager, named, storedOf(stored));
      return { outcome: 'activated', previous: named.activeVersion };
    });
  }

  /** In a transaction, of which nothing is left when a trigger's name is taken. */
  private async unlessTaken<T>(work: (manager: EntityManager) => Promise<T>): Promise<T | TakenOutcome> {
    try {
      return await this.database.transaction(work);
    } catch (error) {
      if (!(error instanceof TriggerTaken)) throw error;
      const { trigger, holder } = error;
      return { outcome: 'triggerTaken', trigger, holder: holder.source === 'api' ? null : holder.definition };
    }
  }

  /**
   * Tasks that definitions name, and those that workers have ever served or been sent.
   * @param since epoch ms: of definitions registered then or later
   */
  async tasksNamed(since: number): Promise<{ tasks: string[]; readUntil: number }> {
    const rows = await this.database.query<{ task: string | null; quoted: string | null; registeredAt: string }[]>(
      `SELECT task, NULL AS quoted, 0 AS "registeredAt" FROM workflow_queues UNION
       SELECT NULL, t.found[1], d.registered_at FROM workflow_definitions d
       LEFT JOIN LATERAL regexp_matches(d.spec, '${taskMember}', 'g') AS t(found) ON true WHERE d.registered_at >= $1`,
      [since],
    );
    const named = rows.map(({ task, quoted }) => task ?? (quoted && jsonOr<string | null>(quoted, () => true, null)));
    return {
      tasks: [...new Set(named.filter((task) => task !== null))],
      readUntil: Math.max(0, ...rows.map(({ registeredAt }) => Number(registeredAt))),
    };
  }

  /** By name. @param after name of the last item of the page before */
  list(page: { after?: string; limit: number; q?: string }, tenant = defaultTenant): Promise<DefinitionListItem[]> {
    return listDefinitions(this.database, tenant, page);
  }
}

/** The row of the name, made when missing and locked: registrations of one name come one after the other. */
async function lockName(manager: EntityManager, tenant: string, name: string): Promise<DefinitionNameEntity> {
  await manager.query(
    `INSERT INTO workflow_definition_names (tenant, name, changed_at) VALUES ($1, $2, ${NOW_MS}) ON CONFLICT DO NOTHING`,
    [tenant, name],
  );
  return manager.findOneOrFail(DefinitionNameEntity, { where: { tenant, name }, lock: { mode: 'pessimistic_write' } });
}

async function versionsOf(database: Database, tenant: string, name: string): Promise<Omit<DefinitionEntity, 'spec'>[]> {
  const rows = await database.getRepository(DefinitionEntity).find({
    where: { tenant, name },
    select: { version: true, checksum: true, registeredAt: true, deprecatedAt: true },
  });
  return rows.sort((a, b) => compareVersions(b.version, a.version));
}

async function insert(manager: EntityManager, tenant: string, { name, version, spec, checksum }: NewDefinition): Promise<void> {
  const title = typeof spec['title'] === 'string' ? spec['title'] : null;
  const labels = typeof spec['labels'] === 'object' && spec['labels'] !== null ? spec['labels'] : {};
  await manager.query(
    `INSERT INTO workflow_definitions (tenant, name, version, spec, checksum, title, labels, registered_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7::jsonb, ${NOW_MS})`,
    [tenant, name, version, JSON.stringify(spec), checksum, title, JSON.stringify(labels)],
  );
}

const becomesActive = (version: string, active: string | null): boolean =>
  isRelease(version) && (active === null || compareVersions(version, active) > 0);

/** The version that starts mean from now on; its triggers are those of the definition. */
async function activate(
  manager: EntityManager,
  { tenant, name, activeVersion }: DefinitionNameEntity,
  { version, spec }: Pick<NewDefinition, 'version' | 'spec'>,
): Promise<void> {
  await replaceDeclared(manager, tenant, spec);
  if (activeVersion === version) return;
  await manager.query(
    `UPDATE workflow_definition_names SET active_version = $3, revision = revision + 1, changed_at = ${NOW_MS} WHERE tenant = $1 AND name = $2`,
    [tenant, name, version],
  );
}

/** @throws SpoiltRow */
function storedOf({ name, version, spec, checksum, title, registeredAt, deprecatedAt }: DefinitionEntity): StoredDefinition {
  const document = readable(`definition ${name}@${version}`, () => JSON.parse(spec) as Json);
  if (!isJsonObject(document)) throw new SpoiltRow(`definition ${name}@${version} cannot be read: it is no object`);
  return { name, version, spec: document, checksum, title, registeredAt, deprecatedAt };
}
