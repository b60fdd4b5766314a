import { Injectable } from '@nestjs/common';
import { bucketOf, type BulkFilter } from '#libs/contracts';
import type { InboxMessage, InstanceId } from '#libs/engine';
import {
  type BulkFailureRow,
  type BulkJobRow,
  type BulkProgress,
  type DecidedInbox,
  InboxDoor,
  type InboxKind,
  type InboxOutcome,
  InstanceQueries,
  writeCursor,
} from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { OutcomeWatch } from '../actions/outcome-watch.js';
import { Refusals, unknownInstance } from '../actions/refusals.js';
import type { ApiProblem } from '../http/api-problem.js';
import { Hints } from '../instances/hints.js';
import type { Chunk } from './bulk-runner.js';
import { toInstanceFilter } from './bulk-filter.js';

/** Instances told at once. */
const chunkSize = 50;
/** An owner that has not decided by then is not waited for any longer. */
const patienceMs = 30_000;
/** How often a chunk that waits says that it is alive. */
const signOfLifeMs = 3_000;

/**
 * The next instances of a bulk job: told through the same door as a single action. Each instance gets one row named by the job, so
 * that a chunk done again by another gateway finds what the first one did.
 */
@Injectable()
export class BulkChunk implements Chunk {
  constructor(
    private readonly inbox: InboxDoor,
    private readonly queries: InstanceQueries,
    private readonly outcomes: OutcomeWatch,
    private readonly refusals: Refusals,
    private readonly hints: Hints,
  ) {}

  async idsOf({ ids, filter, position, perSecond, createdAt }: BulkJobRow): Promise<InstanceId[]> {
    const limit = Math.min(chunkSize, perSecond);
    if (ids !== null) return ids.filter((id) => position === null || id > position).slice(0, limit) as InstanceId[];
    const wanted = { ...toInstanceFilter(filter as unknown as BulkFilter), createdUntil: createdAt };
    const cursor = position === null ? undefined : writeCursor('oldest', position);
    return (await this.queries.list(wanted, { order: 'oldest', limit, cursor })).items.map(({ id }) => id);
  }

  /**
   * @param isMine asked now and then while owners decide
   * @returns undefined when it said no
   */
  async act(job: BulkJobRow, found: readonly string[], isMine: () => Promise<boolean>): Promise<BulkProgress | undefined> {
    const ids = found as readonly InstanceId[];
    const message = job.message as unknown as InboxMessage;
    const rows = ids.map((instanceId) => ({
      ...{ id: `bulk:${job.id}`, instanceId, bucket: bucketOf(instanceId) },
      ...{ kind: job.action as InboxKind, content: job.message },
    }));
    const stored = await this.inbox.insertInbox(rows);
    crashPoint('bulk.told');
    const isOpen = (outcome: InboxOutcome | undefined) => outcome?.outcome === 'stored' || outcome?.outcome === 'existing';
    const open = ids.filter((_, place) => isOpen(stored[place]));
    this.hints.send(open);
    const decided = await this.decided(job, open, isMine);
    if (decided === undefined) return undefined;
    const judged = await Promise.all(ids.map((id, place) => this.problemOf(id, message, stored[place], decided.get(id))));
    const failures = judged.flatMap((problem, place) => (problem === undefined ? [] : [failureOf(ids[place]!, problem)]));
    return { to: ids.at(-1)!, done: ids.length - failures.length, failures };
  }

  private async decided(
    job: BulkJobRow,
    ids: readonly InstanceId[],
    isMine: () => Promise<boolean>,
  ): Promise<Map<InstanceId, DecidedInbox> | undefined> {
    const known = new Map<InstanceId, DecidedInbox>();
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const open = ids.filter((id) => !known.has(id));
      const found = await Promise.all(open.map((id) => this.outcomes.wait(id, `bulk:${job.id}`, signOfLifeMs)));
      open.forEach((id, place) => found[place] && known.set(id, found[place]));
      if (known.size === ids.length || performance.now() > deadline) return known;
      if (!(await isMine())) return undefined;
    }
  }

  private async problemOf(
    id: InstanceId,
    message: InboxMessage,
    stored: InboxOutcome | undefined,
    decided: DecidedInbox | undefined,
  ): Promise<Pick<ApiProblem, 'code' | 'message'> | Undecided | undefined> {
    if (stored?.outcome === 'unknown') return unknownInstance(id);
    // What cannot be paused begins paused, is paused already or ends; and what somebody paused by itself stays so.
    if ('withDefinition' in message && (stored?.outcome === 'ended' || decided !== undefined)) return undefined;
    if (stored?.outcome === 'ended') return this.refusals.of(id, message, 'alreadyEnded');
    if (decided === undefined) return undecided;
    return decided.outcome === 'applied' ? undefined : this.refusals.of(id, message, decided.outcome);
  }
}

const undecided = {
  code: 'UNDECIDED',
  message: `stored, but its owner has not decided within ${patienceMs / 1_000} s; it may still be done`,
} as const;
type Undecided = typeof undecided;

const failureOf = (instanceId: InstanceId, { code, message }: { code: string; message: string }): BulkFailureRow => ({
  instanceId,
  code,
  message,
});
