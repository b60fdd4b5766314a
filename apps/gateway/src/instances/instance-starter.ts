import { Injectable } from '@nestjs/common';
import { defaultActWaitMs, startBodySchema, type StartBody } from '#libs/contracts';
import type { InstanceId } from '#libs/engine';
import { InstanceDoor, type InstanceOrigin, type NewStart } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { DefinitionCatalog } from '../definitions/definition-catalog.js';
import type { CompiledVersion } from '../definitions/plan-cache.js';
import { EventGate } from '../events/event-gate.js';
import { ApiProblem } from '../http/api-problem.js';
import { classifyError } from '../http/classify-error.js';
import type { OnceRequest } from '../http/once.js';
import { checkBody } from '../http/validation.pipe.js';
import { Hints } from './hints.js';
import { NewStarts } from './new-starts.js';
import { answerOf, prepare, type Prepared, type StartAnswer } from './prepare-start.js';
import { startIds } from './start-ids.js';

type Version = (definition: string, version: string | undefined) => Promise<CompiledVersion>;

/** Thought to be new, and not looked at more closely. */
type Likely = Prepared & Pick<NewStart, 'ifActive'>;

/** Starts instances: checks, one durable statement, a hint. Decides nothing. */
@Injectable()
export class InstanceStarter {
  constructor(
    private readonly catalog: DefinitionCatalog,
    private readonly newStarts: NewStarts,
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
    const prepared = prepare(body, startIds(subject)(0), await this.catalog.resolve(body.definition, body.version));
    crashPoint('start.checked');
    const [outcome] = await this.door.insertStarts([{ ...prepared.row, ...(origin && { origin }) }]);
    crashPoint('start.stored');
    const answer = answerOf(prepared, outcome);
    if (answer.status === 201) this.hints.send([prepared.row.id, ...(outcome?.superseded ?? [])]);
    return this.withEvent(answer, prepared);
  }

  /**
   * The quick way, in one statement: for a start that is new in every respect.
   * @param request that is to be remembered with its answer
   * @returns undefined when it is not new, or would be refused: nothing was done
   */
  async startNew(body: unknown, request?: OnceRequest): Promise<StartAnswer | undefined> {
    const likely = await attempt(() => this.likely(body, startIds()(0)));
    if (likely instanceof ApiProblem || likely.row.debounce || (request && likely.event)) return undefined;
    const answer = newAnswer(likely);
    const { key, hash } = request ?? {};
    const named = key !== undefined && hash !== undefined && { request: { key, hash, answer: JSON.stringify(answer.instance) } };
    crashPoint('start.checked');
    if (!(await this.newStarts.store({ ...likely, ...named }))) return undefined;
    crashPoint('start.stored');
    this.hints.send([likely.row.id]);
    return this.withEvent(answer, likely);
  }

  /** Each is judged by itself. @returns one answer or problem per body, in order */
  async startAll(bodies: readonly unknown[], subject?: string): Promise<(StartAnswer | ApiProblem)[]> {
    const idAt = startIds(subject);
    const likely = await Promise.all(bodies.map((body, place) => attempt(() => this.likely(body, idAt(place)))));
    const plain = new Map<InstanceId, Likely>(); // of twins the first one
    for (const one of likely)
      if (!(one instanceof ApiProblem) && !one.row.debounce && !plain.has(one.row.id)) plain.set(one.row.id, one);
    crashPoint('start.checked');
    const stored = await this.newStarts.storeAll([...plain.values()]);
    crashPoint('start.stored');
    this.hints.send([...stored]);
    const isNew = (one: Likely | ApiProblem): one is Likely =>
      !(one instanceof ApiProblem) && stored.has(one.row.id) && plain.get(one.row.id) === one;
    const rest = likely.flatMap((one, place) => (isNew(one) ? [] : [{ body: bodies[place], id: idAt(place) }]));
    const others = (rest.length === 0 ? [] : await this.startOthers(rest)).values();
    return Promise.all(
      likely.map((one) =>
        isNew(one) ? attempt(() => this.withEvent(newAnswer(one), one)) : (others.next().value as StartAnswer | ApiProblem),
      ),
    );
  }

  /** Starts of a batch that are not simply new: refused, there already, or superseding. */
  private async startOthers(all: readonly { body: unknown; id: InstanceId }[]): Promise<(StartAnswer | ApiProblem)[]> {
    const resolve = this.remembered();
    const prepared = await Promise.all(
      all.map(({ body, id }) =>
        attempt(async () => {
          const start = checkBody(startBodySchema, body);
          return prepare(start, id, await resolve(start.definition, start.version));
        }),
      ),
    );
    const good = prepared.filter((each): each is Prepared => !(each instanceof ApiProblem));
    const outcomes = await this.door.insertStarts(good.map(({ row }) => row));
    const outcomeOf = new Map(good.map((each, index) => [each, outcomes[index]]));
    this.hints.send(outcomes.flatMap(({ outcome, id, superseded = [] }) => (outcome === 'created' ? [id, ...superseded] : superseded))); // prettier-ignore
    return Promise.all(
      prepared.map((each) =>
        each instanceof ApiProblem ? each : attempt(() => this.withEvent(answerOf(each, outcomeOf.get(each)), each)),
      ),
    );
  }

  private async likely(body: unknown, id: InstanceId): Promise<Likely> {
    const start = checkBody(startBodySchema, body);
    const { compiled, ifActive } = await this.catalog.assume(start.definition, start.version);
    return { ...prepare(start, id, compiled), ifActive };
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

const newAnswer = ({ row: { id, definition, version } }: Prepared): StartAnswer => ({
  status: 201,
  instance: { id, status: 'pending', definition, version },
});

/** Refusals become values, as does one definition that cannot be read; what must fail the whole request (database away, errors of ours) is thrown on. */
async function attempt<T>(act: () => Promise<T>): Promise<T | ApiProblem> {
  try {
    return await act();
  } catch (error) {
    const problem = classifyError(error);
    if (problem.status >= 500 && problem.code !== 'DATA_UNREADABLE') throw error;
    return problem;
  }
}
