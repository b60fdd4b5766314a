import { bucketOf, defaultTenant, type Started, type StartBody } from '#libs/contracts';
import { type InstanceId, parseDuration } from '#libs/engine';
import type { StartOutcome, StartRow } from '#libs/persistence';
import type { CompiledVersion } from '../definitions/plan-cache.js';
import { ApiProblem, fault } from '../http/api-problem.js';
import { requireInput } from './require-input.js';
import { judgeOwnId } from './start-ids.js';

export interface StartAnswer {
  /** 201 new, 200 there already. */
  readonly status: 200 | 201;
  readonly instance: Started;
}

export interface Prepared {
  readonly row: StartRow;
  readonly onConflict: StartBody['onConflict'];
  /** The id was minted for this request: finding it there means that an earlier try of the request got through. */
  readonly isMinted: boolean;
  readonly event: StartBody['event'];
}

/** A start, ready to be stored. @throws ApiProblem */
export function prepare(body: StartBody, mintedId: InstanceId, { stored, plan }: CompiledVersion): Prepared {
  const { definition, input = {}, key, onConflict, queue, priority, tags, startAt, singleton, debounce } = body;
  const id = body.id === undefined ? mintedId : requireOwnId(body.id);
  requireInput(plan, input);
  const row: StartRow = {
    id,
    tenant: defaultTenant,
    definition,
    version: stored.version,
    checksum: stored.checksum,
    key: key ?? null,
    bucket: bucketOf(id),
    queue: queue ?? null,
    priority: priority ?? null,
    input,
    tags: tags ?? {},
    startAt: startAt === undefined ? null : Date.parse(startAt),
    stepsTotal: plan.scope.steps.length,
    singleton: singleton ?? null,
    debounce: debounce === undefined ? null : { key: debounce.key, forMs: parseDuration(debounce.for)! },
  };
  return { row, onConflict, isMinted: body.id === undefined, event: body.event };
}

function requireOwnId(id: string): InstanceId {
  const judged = judgeOwnId(id, Date.now());
  if ('id' in judged) return judged.id;
  throw new ApiProblem('INSTANCE_ID_INVALID', judged.wrong, {
    errors: [fault('INSTANCE_ID_INVALID', '/id', judged.wrong, 'leave the id out, or use `key` for a name of yours')],
  });
}

/** @throws ApiProblem KEY_TAKEN, INSTANCE_EXISTS */
export function answerOf({ row, onConflict, isMinted }: Prepared, outcome: StartOutcome | undefined): StartAnswer {
  if (!outcome) throw new Error(`expected an outcome of the start of ${row.id}, but there is none`);
  const { id, status, version } = outcome;
  const instance: Started = { id, status, definition: row.definition, version };
  if (outcome.outcome === 'created' || (isMinted && id === row.id)) return { status: 201, instance };
  if (outcome.outcome === 'conflict') {
    throw new ApiProblem('INSTANCE_EXISTS', `expected an id that is free, but ${row.id} is another instance`, {
      errors: [fault('INSTANCE_EXISTS', '/id', 'is taken')],
    });
  }
  if (onConflict === 'reject' && id !== row.id) {
    const [what, key] = outcome.isSingleton ? (['singleton', row.singleton] as const) : (['key', row.key] as const);
    const words = `expected a ${what} that is free, but ${JSON.stringify(key)} belongs to instance ${id}`;
    const hint = `take another ${what}, or ask for the instance there is with onConflict: return`;
    throw new ApiProblem('KEY_TAKEN', words, { errors: [fault('KEY_TAKEN', `/${what}`, words, hint)] });
  }
  return { status: 200, instance };
}
