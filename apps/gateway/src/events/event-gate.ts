import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type BindRequest, defaultTenant, type EventOutcome, type eventByKeyBodySchema } from '#libs/contracts';
import { type InstanceId, type Json, parseDuration } from '#libs/engine';
import { bindEvent, type BindOutcome, type DecidedInbox, EventDoor, type KeyedOutcome, OperatorLog } from '#libs/persistence';
import type { z } from 'zod';
import { crashPoint } from '#libs/platform';
import { operatorEntry } from '../actions/operator-entry.js';
import { OutcomeWatch } from '../actions/outcome-watch.js';
import { Refusals, unknownInstance } from '../actions/refusals.js';
import { ApiProblem, fault } from '../http/api-problem.js';
import { Hints } from '../instances/hints.js';
import { untilSettled } from './until-settled.js';

/** How long an event by key may be kept. */
const longestTtlMs = 30 * 86_400_000;

export interface ToInstance {
  readonly name: string;
  readonly payload?: Json | undefined;
  readonly id?: string | undefined;
}

export interface EventAnswer {
  readonly status: 200 | 202;
  readonly body: EventOutcome;
}

/** Events from outside: stored, then the answer waits a little for what becomes of them. */
@Injectable()
export class EventGate {
  constructor(
    private readonly door: EventDoor,
    private readonly hints: Hints,
    private readonly outcomes: OutcomeWatch,
    private readonly refusals: Refusals,
    private readonly log: OperatorLog,
  ) {}

  /** @throws ApiProblem INSTANCE_NOT_FOUND, INSTANCE_ENDED, TOO_MANY_EVENTS */
  async toInstance(instance: InstanceId, event: ToInstance, waitMs: number): Promise<EventAnswer> {
    const { name, payload = null } = event;
    const stored = await this.door.deliverToInstance(instance, {
      name,
      payload,
      ...(event.id !== undefined && { id: event.id }),
    });
    const { id } = stored;
    const message = { type: 'event', event: { id, name, payload, at: 0 } } as const;
    if (stored.outcome === 'unknown') throw unknownInstance(instance);
    if (stored.outcome === 'ended') throw await this.refusals.of(instance, message, 'alreadyEnded');
    crashPoint('event.stored');
    this.hints.send([instance]);
    const decided = await this.outcomes.wait(instance, this.door.inboxOf(instance, id).id, waitMs);
    if (decided === undefined) return { status: 202, body: { id, outcome: 'stored', instances: [instance] } };
    const outcome = outcomeOf(decided);
    if (outcome === undefined) throw await this.refusals.of(instance, message, decided.outcome);
    return { status: 200, body: { id, outcome, instances: outcome === 'dropped' ? [] : [instance] } };
  }

  async byKey(event: z.output<typeof eventByKeyBodySchema>, waitMs: number): Promise<EventAnswer> {
    const { name, key, payload = null, ttl, id = uuidv7() } = event;
    const ttlMs = ttl === undefined ? undefined : requireTtl(ttl);
    const stored = await this.door.deliverByKey({
      tenant: defaultTenant,
      id,
      name,
      key,
      payload,
      ...(ttlMs !== undefined && { ttlMs }),
    });
    return this.settled(stored, waitMs);
  }

  /** @throws ApiProblem EVENT_NOT_FOUND, EVENT_TAKEN, INSTANCE_NOT_FOUND, INSTANCE_ENDED */
  async bind(id: string, { instance, by, reason }: BindRequest, waitMs: number, commandId?: string): Promise<EventAnswer> {
    const target = instance.toLowerCase() as InstanceId;
    await this.log.record(operatorEntry('event.bind', `${id} ${target}`, { by, reason }, commandId), async (_, client) =>
      requireBound(id, target, await bindEvent(client, defaultTenant, id, target)),
    );
    return this.settled({ id, outcome: 'offered', instances: [target] }, waitMs);
  }

  private async settled(first: KeyedOutcome, waitMs: number): Promise<EventAnswer> {
    crashPoint('event.stored');
    if (first.outcome === 'offered') this.hints.send(first.instances);
    const { id, outcome, instances } = await untilSettled(first, waitMs, () => this.door.outcome(defaultTenant, first.id));
    return outcome === 'offered'
      ? { status: 202, body: { id, outcome: 'stored', instances: [...instances] } }
      : { status: 200, body: { id, outcome, instances: [...instances] } };
  }
}

/** @throws ApiProblem EVENT_NOT_FOUND, EVENT_TAKEN, INSTANCE_NOT_FOUND, INSTANCE_ENDED */
function requireBound(id: string, target: InstanceId, bound: BindOutcome): true {
  switch (bound.outcome) {
    case 'unknownEvent':
      throw new ApiProblem('EVENT_NOT_FOUND', `expected the id of an event, but there is none with ${JSON.stringify(id)}`);
    case 'notKept':
      throw new ApiProblem(
        'EVENT_TAKEN',
        `expected an event nobody has taken, but ${JSON.stringify(id)} has been taken or dropped`,
      );
    case 'unknown':
      throw unknownInstance(target);
    case 'ended':
      throw new ApiProblem('INSTANCE_ENDED', `expected an instance that has not ended, but ${target} is ${bound.status}`);
    case 'stored':
      return true;
  }
}

/** @returns undefined when its owner refused it */
function outcomeOf({ outcome }: DecidedInbox): 'matched' | 'kept' | 'dropped' | undefined {
  if (outcome === 'matched' || outcome === 'kept' || outcome === 'dropped') return outcome;
  return outcome === 'applied' ? 'matched' : undefined;
}

function requireTtl(text: string): number {
  const ms = parseDuration(text);
  if (ms !== undefined && ms <= longestTtlMs) return ms;
  const words = `expected a duration of at most 30d, but was ${JSON.stringify(text)}`;
  throw new ApiProblem('REQUEST_INVALID', words, { errors: [fault('INVALID', '/ttl', words, 'for example 30s, 24h or PT1H')] });
}
