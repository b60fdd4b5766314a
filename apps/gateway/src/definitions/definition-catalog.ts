import { Injectable } from '@nestjs/common';
import type { DefinitionDetail, DefinitionSummary, DefinitionVersion, Registered, Validated } from '#libs/contracts';
import { parseDefinition, type Problem } from '#libs/engine';
import {
  type DefinitionListItem,
  type DefinitionPause,
  DefinitionStore,
  isName,
  OperatorLog,
  readCursor,
  type RegisterOutcome,
  StatsQueries,
  type TakenOutcome,
  type VersionRow,
  writeCursor,
} from '#libs/persistence';
import { operatorEntry } from '../actions/operator-entry.js';
import { ApiProblem, fault } from '../http/api-problem.js';
import { toIso } from '../http/times.js';
import { LiveFeed } from '../live/live-feed.js';
import { checkDefinition, type Checked } from './compiled.js';
import { graphOf } from './graph.js';
import { KnownDefinitions } from './known-definitions.js';
import { type CompiledVersion, PlanCache } from './plan-cache.js';

export interface DefinitionText {
  readonly text: string;
  readonly format: 'json' | 'yaml';
}

export interface RegisterWishes {
  readonly strict: boolean;
  readonly dryRun: boolean;
  /** Absent: a release does, a pre-release does not. */
  readonly activate?: boolean;
  readonly allowOlder: boolean;
  readonly requireWorkers: boolean;
}

/** What a start means, as far as this gateway remembers. */
export interface AssumedVersion {
  readonly compiled: CompiledVersion;
  /** It was the active one when we last looked: whoever stores the start makes sure that it still is. */
  readonly ifActive: boolean;
}

const dayMs = 86_400_000;
/** Names whose active versions are remembered. */
const mostActive = 1_000;

/** Definitions as the API shows them. */
@Injectable()
export class DefinitionCatalog {
  private readonly active = new Map<string, string>();

  constructor(
    private readonly store: DefinitionStore,
    private readonly plans: PlanCache,
    private readonly known: KnownDefinitions,
    private readonly stats: StatsQueries,
    private readonly log: OperatorLog,
    private readonly feed: LiveFeed,
  ) {}

  async validate(source: DefinitionText, wishes: Pick<RegisterWishes, 'strict' | 'requireWorkers'>): Promise<Validated> {
    const { document, plan, problems } = await this.check(source, wishes);
    const { name, version } = document ?? {};
    return {
      valid: plan !== undefined,
      ...(typeof name === 'string' && { name }),
      ...(typeof version === 'string' && { version }),
      problems: [...problems],
    };
  }

  /** @throws ApiProblem DEFINITION_INVALID, VERSION_EXISTS, VERSION_NOT_NEWER, TRIGGER_TAKEN */
  async register(source: DefinitionText, wishes: RegisterWishes): Promise<Registered> {
    const { document, plan, checksum, problems } = await this.check(source, wishes);
    if (!plan || !document || checksum === undefined) throw invalid(problems);
    const { name, version } = plan;
    if (wishes.dryRun) return { name, version, checksum, outcome: 'valid', active: false, problems: [...problems] };
    const { activate, allowOlder } = wishes;
    const outcome = await this.store.register({ name, version, checksum, spec: document }, { activate, allowOlder });
    const { outcome: done, isActive } = requireRegistered(name, version, outcome);
    return { name, version, checksum, outcome: done, active: isActive, problems: [...problems] };
  }

  async list(query: {
    cursor?: string;
    limit: number;
    q?: string;
  }): Promise<{ items: DefinitionSummary[]; next: string | null }> {
    const after = query.cursor === undefined ? undefined : readCursor('definitions', query.cursor, isName);
    const rows = await this.store.list({ after, limit: query.limit + 1, q: query.q });
    const items = await this.summarise(rows.slice(0, query.limit));
    return { items, next: rows.length > query.limit ? writeCursor('definitions', items.at(-1)?.name ?? '') : null };
  }

  async detail(name: string): Promise<DefinitionDetail> {
    const all = await this.versions(name);
    const item = (await this.store.list({ limit: 200, q: name })).find((each) => each.name === name);
    const [summary] = await this.summarise(item ? [item] : []);
    if (!summary) throw unknownDefinition(name);
    const active = all.find(({ isActive }) => isActive);
    return { ...summary, all: all.map(toVersionSummary), active: active ? await this.version(name, active.version) : null };
  }

  /** Highest first. @throws ApiProblem DEFINITION_NOT_FOUND */
  async versions(name: string): Promise<VersionRow[]> {
    const versions = await this.store.versions(name);
    if (versions.length === 0) throw unknownDefinition(name);
    return versions;
  }

  async version(name: string, version: string): Promise<DefinitionVersion> {
    const compiled = await this.compiled(name, version);
    const active = await this.store.active(name);
    return presentVersion(compiled, active === version);
  }

  /** @throws ApiProblem DEFINITION_NOT_FOUND, VERSION_NOT_FOUND */
  async compiled(name: string, version: string): Promise<CompiledVersion> {
    const compiled = await this.plans.get(name, version);
    if (compiled) return compiled;
    throw await this.unresolved(name, version);
  }

  /** The version a start means: exact, range, `latest`, or (absent) the active one. @throws as `compiled` */
  async resolve(name: string, wanted: string | undefined): Promise<CompiledVersion> {
    const version = await this.store.resolve(name, wanted);
    if (version === undefined) throw await this.unresolved(name, wanted);
    if (wanted === undefined) this.remember(name, version);
    return this.compiled(name, version);
  }

  /** The same, mostly without asking the database. @throws as `compiled`; a problem with such a version may be one of the past */
  async assume(name: string, wanted: string | undefined): Promise<AssumedVersion> {
    const ifActive = wanted === undefined;
    const version = wanted ?? this.active.get(name);
    const known = version === undefined ? undefined : this.plans.known(name, version);
    return { compiled: known ?? (await this.resolve(name, wanted)), ifActive };
  }

  private remember(name: string, version: string): void {
    if (this.active.size >= mostActive) this.active.clear();
    this.active.set(name, version);
  }

  /** @param id minted for the request, so that a repeat of it gets the first answer. @throws ApiProblem DEFINITION_NOT_FOUND, VERSION_NOT_FOUND, TRIGGER_TAKEN */
  async activate(name: string, version: string, reason: string | undefined, id?: string): Promise<{ previous: string | null }> {
    const entry = operatorEntry('definition.activate', `${name}@${version}`, { reason }, id);
    const activated = await this.log.record(entry, async (manager) => {
      const outcome = await new DefinitionStore(manager).setActive(name, version);
      if (outcome.outcome === 'unknownVersion') return undefined;
      if (outcome.outcome === 'triggerTaken') throw triggerTaken(name, outcome);
      return { previous: outcome.outcome === 'activated' ? outcome.previous : outcome.current };
    });
    if (activated === undefined) throw await this.unresolved(name, version);
    return activated;
  }

  private async check(
    { text, format }: DefinitionText,
    wishes: Pick<RegisterWishes, 'strict' | 'requireWorkers'>,
  ): Promise<Checked> {
    const parsed = parseDefinition(text, format);
    const servedTasks = this.feed.registry.servedTasks(Date.now());
    return checkDefinition(parsed, { ...wishes, servedTasks, knownDefinitions: await this.known.around(parsed.document) });
  }

  private async summarise(rows: readonly DefinitionListItem[]): Promise<DefinitionSummary[]> {
    if (rows.length === 0) return [];
    const to = Date.now() + 60_000;
    const [open, ended] = await Promise.all([this.stats.openByDefinition(), this.stats.byDefinition({ from: to - dayMs, to })]);
    return rows.map((row) => {
      const figures = ended.find(({ definition }) => definition === row.name);
      return {
        ...row,
        registeredAt: toIso(row.registeredAt),
        paused: row.paused && presentPause(row.paused),
        running: open.filter(({ definition }) => definition === row.name).reduce((sum, { count }) => sum + count, 0),
        completed24h: figures?.completed ?? 0,
        failed24h: (figures?.failed ?? 0) + (figures?.timedOut ?? 0),
      };
    });
  }

  private async unresolved(name: string, version: string | undefined): Promise<ApiProblem> {
    const known = (await this.store.versions(name)).map((each) => each.version);
    if (known.length === 0) return unknownDefinition(name);
    const wanted = version === undefined ? 'an active version' : `version ${JSON.stringify(version)}`;
    return new ApiProblem(
      'VERSION_NOT_FOUND',
      `expected ${wanted} of ${name}, but there is none; registered: ${known.slice(0, 10).join(', ')}`,
    );
  }
}

export const unknownDefinition = (name: string): ApiProblem =>
  new ApiProblem(
    'DEFINITION_NOT_FOUND',
    `expected the name of a registered definition, but there is none named ${JSON.stringify(name)}`,
  );

function invalid(problems: readonly Problem[]): ApiProblem {
  const errors = problems.filter(({ severity }) => severity === 'error');
  return new ApiProblem(
    'DEFINITION_INVALID',
    `the definition has ${errors.length} error${errors.length === 1 ? '' : 's'}: ${errors[0]?.message ?? ''}`,
    {
      errors: problems,
    },
  );
}

function requireRegistered(
  name: string,
  version: string,
  outcome: RegisterOutcome,
): Extract<RegisterOutcome, { isActive: boolean }> {
  if ('isActive' in outcome) return outcome;
  if (outcome.outcome === 'triggerTaken') throw triggerTaken(name, outcome);
  if (outcome.outcome === 'versionExists') {
    throw new ApiProblem(
      'VERSION_EXISTS',
      `expected a new version of ${name}, but ${version} is registered with other content; versions are immutable`,
      {
        errors: [fault('VERSION_EXISTS', '/version', `${version} is taken`, 'raise the version')],
      },
    );
  }
  throw new ApiProblem('VERSION_NOT_NEWER', `expected a version of ${name} newer than ${outcome.latest}, but was ${version}`, {
    errors: [
      fault('VERSION_NOT_NEWER', '/version', `${outcome.latest} is registered`, 'raise the version, or pass allowOlder=true'),
    ],
  });
}

function triggerTaken(name: string, { trigger, holder }: TakenOutcome): ApiProblem {
  const whose = holder === null ? 'stands by itself' : `is one of ${holder}`;
  return new ApiProblem('TRIGGER_TAKEN', `expected names of triggers that are free, but ${trigger} ${whose}`, {
    errors: [fault('TRIGGER_TAKEN', '/triggers', `${trigger} ${whose}`, `give the trigger of ${name} another name`)],
  });
}

export const presentPause = ({ at, by, reason }: DefinitionPause): NonNullable<DefinitionSummary['paused']> => ({
  at: toIso(at),
  by,
  reason,
});

export const toVersionSummary = ({
  version,
  checksum,
  registeredAt,
  deprecatedAt,
  isActive,
}: VersionRow): DefinitionDetail['all'][number] => ({
  version,
  checksum,
  registeredAt: toIso(registeredAt),
  isActive,
  deprecated: deprecatedAt !== null,
});

function presentVersion({ stored, plan }: CompiledVersion, isActive: boolean): DefinitionVersion {
  const { spec, name } = stored;
  const input = spec['input'] as { schema?: DefinitionVersion['inputSchema'] } | undefined;
  return {
    name,
    ...toVersionSummary({ ...stored, isActive }),
    title: plan.title ?? null,
    description: typeof spec['description'] === 'string' ? spec['description'] : null,
    document: spec,
    steps: graphOf(plan),
    tasks: [...plan.tasks],
    ...(input?.schema !== undefined && { inputSchema: input.schema }),
  };
}
