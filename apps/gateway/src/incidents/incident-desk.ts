import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import {
  defaultTenant,
  type DiscardBody,
  type IncidentAction,
  type IncidentsActed,
  incidentsAtOnce,
  type RedriveBody,
  type ResolveBody,
} from '#libs/contracts';
import type { JsonObject } from '#libs/engine';
import { BulkStore, callers, type CappedCount, IncidentQueries } from '#libs/persistence';
import { BulkRunner } from '../bulk/bulk-runner.js';
import { IncidentActor } from './incident-actor.js';
import { openOf, type Selection } from './incident-chunk.js';
import { IncidentRedriver } from './incident-redriver.js';
import type { RedriveWish } from './redrive.js';

const sampleSize = 20;

type Body = RedriveBody | DiscardBody | ResolveBody;
type Chosen = { readonly ids: readonly string[] } | { readonly selection: Selection };

/** What operators ask for: a few incidents at once, many as a bulk job. */
@Injectable()
export class IncidentDesk {
  constructor(
    private readonly queries: IncidentQueries,
    private readonly actor: IncidentActor,
    private readonly redriver: IncidentRedriver,
    private readonly jobs: BulkStore,
    private readonly runner: BulkRunner,
  ) {}

  /**
   * @param subject minted for the request, so that a repeat of it finds its job
   * @throws ApiProblem EDIT_INVALID, before anything is done
   */
  async act(action: IncidentAction, body: Body, subject: string = uuidv7()): Promise<IncidentsActed> {
    const chosen = chosenBy(body);
    const first = await this.first(chosen, incidentsAtOnce + 1);
    const wish = wishOf(body, subject);
    if (first[0] !== undefined) await this.redriver.check(first[0], wish);
    const told = { dryRun: body.dryRun, items: [], sample: [], job: null };
    if (body.dryRun) return { ...told, total: await this.count(chosen), sample: first.slice(0, sampleSize) };
    if (first.length > incidentsAtOnce) {
      const total = await this.count(chosen);
      return { ...told, total, job: await this.begin(action, chosen, { wish, perSecond: body.perSecond, id: subject, total }) };
    }
    return { ...told, total: { count: first.length, atLeast: false }, items: await this.actor.act(action, first, wish) };
  }

  private async begin(
    action: IncidentAction,
    chosen: Chosen,
    job: { wish: RedriveWish; perSecond: number; id: string; total: IncidentsActed['total'] },
  ): Promise<string> {
    const { id, wish, perSecond, total } = job;
    const { actor, reason } = wish.operator;
    await this.jobs.insert({
      ...{ id, tenant: defaultTenant, action, perSecond },
      message: JSON.parse(JSON.stringify({ by: actor, reason, wish })) as JsonObject, // without what is absent
      filter: 'selection' in chosen ? (chosen.selection as unknown as JsonObject) : null,
      ids: 'ids' in chosen ? chosen.ids : null,
      total: { count: total.count, isCapped: total.atLeast },
    });
    this.runner.look();
    return id;
  }

  private async first(chosen: Chosen, limit: number): Promise<readonly string[]> {
    return 'ids' in chosen ? chosen.ids.slice(0, limit) : this.queries.idsAfter(openOf(chosen.selection), null, limit);
  }

  private async count(chosen: Chosen): Promise<IncidentsActed['total']> {
    const { count, isCapped }: CappedCount =
      'ids' in chosen ? { count: chosen.ids.length, isCapped: false } : await this.queries.count(openOf(chosen.selection));
    return { count, atLeast: isCapped };
  }
}

/** In order, each once. */
function chosenBy({ ids, group, filter }: Body): Chosen {
  if (ids !== undefined) return { ids: [...new Set(ids.map((id) => id.toLowerCase()))].sort() };
  return { selection: group === undefined ? filter! : { group } };
}

function wishOf(body: Body, request: string): RedriveWish {
  const { by = 'anonymous', reason } = body;
  const { edit, decision, output } = 'edit' in body || 'decision' in body ? body : ({} as Partial<RedriveBody>);
  const details = { request, ...(edit !== undefined && { isEdited: true }), ...(decision !== undefined && { decision }) };
  return { edit, decision, output, operator: { actor: by, reason, address: callers.getStore()?.address, details } };
}
