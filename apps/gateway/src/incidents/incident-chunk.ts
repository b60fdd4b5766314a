import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { IncidentAction, IncidentFilter as AskedFilter, IncidentGroupKey } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import { type BulkJobRow, type BulkProgress, type IncidentFilter, IncidentQueries } from '#libs/persistence';
import type { Chunk } from '../bulk/bulk-runner.js';
import { IncidentActor } from './incident-actor.js';
import { ofGroup, toFilter } from './incident-reader.js';
import type { RedriveWish } from './redrive.js';

const chunkSize = 20;
/** How often a chunk that takes long says that it is alive, ms. */
const signOfLifeMs = 3_000;

/** What a job, or a request, is about: the open ones of a group, or those all conditions hold for. */
export type Selection = { readonly group: IncidentGroupKey } | AskedFilter;

export const openOf = (selection: Selection): IncidentFilter => ({
  ...('group' in selection ? ofGroup(selection.group) : toFilter(selection)),
  status: 'open',
});

/** The next incidents of a bulk job. One done again by another gateway is closed by then, and counts as done. */
@Injectable()
export class IncidentChunk implements Chunk {
  constructor(
    private readonly queries: IncidentQueries,
    private readonly actor: IncidentActor,
  ) {}

  async idsOf({ ids, filter, position, perSecond, createdAt }: BulkJobRow): Promise<readonly string[]> {
    const limit = Math.min(chunkSize, perSecond);
    if (ids !== null) return ids.filter((id) => position === null || id > position).slice(0, limit);
    return this.queries.idsAfter(openOf(filter as unknown as Selection), position, limit, createdAt);
  }

  async act(job: BulkJobRow, ids: readonly string[], isMine: () => Promise<boolean>): Promise<BulkProgress | undefined> {
    const acting = this.actor.act(job.action as IncidentAction, ids, job.message['wish'] as unknown as RedriveWish);
    const outcomes = await whileMine(acting, isMine);
    if (outcomes === undefined) return undefined;
    const failures = outcomes.flatMap(({ id, outcome, code, message }) =>
      outcome === 'refused' || outcome === 'unknown'
        ? [{ instanceId: id as InstanceId, code: code ?? 'INCIDENT_NOT_FOUND', message }]
        : [],
    );
    return { to: ids.at(-1)!, done: ids.length - failures.length, failures };
  }
}

/** What is under way is finished all the same: each incident by itself. */
async function whileMine<T>(work: Promise<T>, isMine: () => Promise<boolean>): Promise<T | undefined> {
  for (;;) {
    const ended = work.then((value) => ({ value }));
    const done = await Promise.race([ended, pause(signOfLifeMs, undefined, { ref: false })]);
    if (done !== undefined) return done.value;
    if (!(await isMine())) {
      void work.catch(() => undefined);
      return undefined;
    }
  }
}
