import { Injectable } from '@nestjs/common';
import { defaultActWaitMs } from '#libs/contracts';
import {
  type Failure,
  type HookTrigger,
  type Json,
  type Mapped,
  mapTrigger,
  type MessageTrigger,
  type TriggerRoots,
} from '#libs/engine';
import { EventGate } from '../events/event-gate.js';
import { ApiProblem, fault } from '../http/api-problem.js';
import { InstanceStarter } from '../instances/instance-starter.js';

/** What a trigger has done. */
export interface Fired {
  /** 202: it goes on by itself; 200: that was all. */
  readonly status: 200 | 202;
  /** `existing`: the instance with this key was there. The others are what became of an event. */
  readonly outcome: 'started' | 'existing' | 'matched' | 'kept' | 'dropped' | 'stored';
  readonly instance?: string;
  readonly instances?: readonly string[];
}

type Fireable = HookTrigger | MessageTrigger;

/** A trigger by its name, which what it starts remembers. */
export interface NamedTrigger {
  readonly name: string;
  readonly trigger: Fireable;
}

/** @param what in words: which expression of the trigger */
export const mappingFailed = (what: string, { code, message }: Failure): ApiProblem =>
  new ApiProblem('MAPPING_FAILED', `${what} of the trigger failed: ${message}`, {
    errors: [
      fault(code, '', message, 'a.?b.orValue(c) reads what may be missing; the trigger can be changed by PUT /triggers/{name}'),
    ],
  });

/** Starts what a trigger names, or delivers its event. */
@Injectable()
export class TriggerTarget {
  constructor(
    private readonly starter: InstanceStarter,
    private readonly events: EventGate,
  ) {}

  /**
   * @param body    stands for the input, or the payload, when the trigger does not say what that is
   * @param subject id minted for what has set it off, so that a repeat asks for the same instance
   * @throws ApiProblem MAPPING_FAILED, and what a start is refused for
   */
  async fire({ name, trigger }: NamedTrigger, roots: TriggerRoots, body: Json, subject?: string): Promise<Fired> {
    const mapped = mapTrigger(trigger, roots, Date.now());
    if ('failure' in mapped) throw mappingFailed('an expression', mapped.failure);
    return trigger.event === undefined
      ? this.start({ name, trigger }, mapped, body, subject)
      : this.deliver(trigger.event, mapped, body, subject);
  }

  private async start(
    { name, trigger: { definition, version } }: NamedTrigger,
    { input, key }: Mapped,
    body: Json,
    subject: string | undefined,
  ): Promise<Fired> {
    if (definition === undefined) throw new Error('expected a trigger without an event to name a definition, but it does not');
    const start = { definition, version, key, input: input ?? body ?? {}, onConflict: 'return' } as const;
    const { status, instance } = await this.starter.start(start, subject, { trigger: { name } });
    return { status: status === 201 ? 202 : 200, outcome: status === 201 ? 'started' : 'existing', instance: instance.id };
  }

  private async deliver(name: string, { input, key }: Mapped, body: Json, subject: string | undefined): Promise<Fired> {
    if (key === undefined) throw new Error('expected a trigger with an event to have a key, but it does not');
    const event = { name, key, payload: input ?? body, ...(subject !== undefined && { id: subject }) };
    const { status, body: told } = await this.events.byKey(event, defaultActWaitMs);
    const [instance] = told.instances;
    return { status, outcome: told.outcome, ...(instance !== undefined && { instance, instances: told.instances }) };
  }
}
