import { Injectable } from '@nestjs/common';
import { bucketOf, defaultActWaitMs, defaultTenant, type Started, startBodySchema, type StartBody } from '#libs/contracts';
import { type InstanceId, parseDuration } from '#libs/engine';
import { InstanceDoor, type InstanceOrigin, type StartOutcome, type StartRow } from '#libs/persistence';
import { DefinitionCatalog } from '../definitions/definition-catalog.js';
import type { CompiledVersion } from '../definitions/plan-cache.js';
import { EventGate } from '../events/event-gate.js';
import { ApiProblem, fault } from '../http/api-problem.js';
import { classifyError } from '../http/classify-error.js';
import { checkBody } from '../http/validation.pipe.js';
import { Hints } from './hints.js';
import { requireInput } from './require-input.js';
import { judgeOwnId, startIds } from './start-ids.js';

export interface StartAnswer {
  /** 201 new, 200 there already. */
  readonly status: 200 | 201;
  readonly instance: Started;
}

interface Prepared {
  readonly row: StartRow;
  readonly onConflict: StartBody['onConflict'];
  /** The id was minted for this request: finding it there means that an earlier try of the request got through. */
  readonly isMinted: boolean;
  readonly event: StartBody['event'];
}

type Version = (definition: string, version: string | undefined) => Promise<CompiledVersion>;

/** Starts instances: checks, one durable statement, a hint. Decides nothing. */
@Injectable()
export class InstanceStarter {
  constructor(
    private readonly catalog: DefinitionCatalog,
    private readonly door: InstanceDoor,
    private readonly hints: Hints,
    private readonly events: EventGate,
  ) {}

  /**
   * @param subject id minted for the request, when a retry must ask for the same instance
   * @param origin  what it takes over from another instance, or the trigger that starts it
   * @throws ApiProblem
   */
  async start(body: StartBody, subject?: string, origin?: InstanceOrigin): Promise<StartAnswer> {
    const prepared = await prepare(body, startIds(subject)(0), (name, version) => this.catalog.resolve(name, version));
    const [outcome] = await this.door.insertStarts([{ ...prepared.row, ...(origin && { origin }) }]);
    const answer = answerOf(prepared, outcome);
    if (answer.status === 201) this.hints.send([prepared.row.id, ...(outcome?.superseded ?? [])]);
    return this.withEvent(answer, prepared);
  }

  /** Each is judged by itself. @returns one answer or problem per body, in order */
  async startAll(bodies: readonly unknown[], subject?: string): Promise<(StartAnswer | ApiProblem)[]> {
    const idAt = startIds(subject);
    const resolve = this.remembered();
    const prepared = await Promise.all(bodies.map((body, index) => attempt(() => prepareUnchecked(body, idAt(index), resolve))));
    const good = prepared.filter((each): each is Prepared => !(each instanceof ApiProblem));
    const outcomes = await this.door.insertStarts(good.map(({ row }) => row));
    const outcomeOf = new Map(good.map((each, index) => [each, outcomes[index]]));
    const answers = prepared.map((each) =>
      each instanceof ApiProblem ? each : orProblem(() => answerOf(each, outcomeOf.get(each))),
    );
    this.hints.send(
      answers.flatMap((answer) => ('instance' in answer && answer.status === 201 ? [answer.instance.id as InstanceId] : [])),
    );
    this.hints.send(outcomes.flatMap(({ superseded = [] }) => superseded));
    return Promise.all(
      answers.map((answer, place) => {
        const own = prepared[place];
        return answer instanceof ApiProblem || own instanceof ApiProblem || own === undefined
          ? answer
          : attempt(() => this.withEvent(answer, own));
      }),
    );
  }

  /** Delivers the event of a start to the instance there is now, new or not; a repeat of the request delivers the same one. */
  private async withEvent(answer: StartAnswer, { event, row }: Prepared): Promise<StartAnswer> {
    if (event === undefined) return answer;
    const { id, status } = answer.instance;
    const waitMs = status === 'pending' ? 0 : defaultActWaitMs;
    const { body } = await this.events.toInstance(id as InstanceId, { ...event, id: event.id ?? `start/${row.id}` }, waitMs);
    return { ...answer, instance: { ...answer.instance, event: body } };
  }

  /** Each definition of a batch is resolved once. */
  private remembered(): Version {
    const known = new Map<string, Promise<CompiledVersion>>();
    return (definition, version) => {
      const key = `${definition} ${version ?? ''}`;
      const resolved = known.get(key) ?? this.catalog.resolve(definition, version);
      known.set(key, resolved);
      return resolved;
    };
  }
}

function prepareUnchecked(body: unknown, id: InstanceId, resolve: Version): Promise<Prepared> {
  return prepare(checkBody(startBodySchema, body), id, resolve);
}

async function prepare(body: StartBody, mintedId: InstanceId, resolve: Version): Promise<Prepared> {
  const { definition, version, input = {}, key, onConflict, queue, priority, tags, startAt, singleton, debounce } = body;
  const id = body.id === undefined ? mintedId : requireOwnId(body.id);
  const { stored, plan } = await resolve(definition, version);
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

function answerOf({ row, onConflict, isMinted }: Prepared, outcome: StartOutcome | undefined): StartAnswer {
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

/** Refusals become values; what must fail the whole request (database away, errors of ours) is thrown on. */
async function attempt<T>(act: () => Promise<T>): Promise<T | ApiProblem> {
  try {
    return await act();
  } catch (error) {
    return refusalOf(error);
  }
}

function orProblem<T>(act: () => T): T | ApiProblem {
  try {
    return act();
  } catch (error) {
    return refusalOf(error);
  }
}

function refusalOf(error: unknown): ApiProblem {
  const problem = classifyError(error);
  if (problem.status >= 500) throw error;
  return problem;
}
