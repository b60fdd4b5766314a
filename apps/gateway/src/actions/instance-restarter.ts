import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { restartBodySchema, Started } from '#libs/contracts';
import { apply, fromSnapshot, type InstanceState, type JsonObject, newState, type Plan, restartFacts } from '#libs/engine';
import {
  EVENT_STORE,
  type EventStore,
  type InstanceHead,
  type InstanceOrigin,
  InstanceQueries,
  OperatorLog,
} from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import type { z } from 'zod';
import { DefinitionCatalog } from '../definitions/definition-catalog.js';
import { PlanCache } from '../definitions/plan-cache.js';
import { ApiProblem } from '../http/api-problem.js';
import { InstanceStarter } from '../instances/instance-starter.js';
import { unknownInstance } from './refusals.js';

type RestartBody = z.output<typeof restartBodySchema>;

/** Starts a new instance from a chosen step of another one. */
@Injectable()
export class InstanceRestarter {
  constructor(
    private readonly queries: InstanceQueries,
    private readonly catalog: DefinitionCatalog,
    private readonly plans: PlanCache,
    private readonly starter: InstanceStarter,
    private readonly log: OperatorLog,
    @Inject(EVENT_STORE) private readonly events: EventStore,
  ) {}

  /**
   * @param subject id of the new instance, minted for the request
   * @throws ApiProblem INSTANCE_NOT_FOUND, VERSION_NOT_FOUND, INPUT_INVALID, RESTART_NOT_POSSIBLE
   */
  async restart(id: string, body: RestartBody, subject: string = uuidv7()): Promise<Started> {
    const old = await this.queries.get(id.toLowerCase());
    if (old === undefined) throw unknownInstance(id);
    const { from, input = old.input, by, reason } = body;
    const wanted = body.version === 'same' ? old.version : body.version;
    const { stored, plan } = await this.catalog.resolve(old.definition, wanted);
    const origin = await this.originOf(old, plan, from);
    const { definition, queue, priority, tags } = old;
    const { instance } = await this.starter.start(
      {
        ...{ definition, version: stored.version, input, tags, onConflict: 'return' },
        ...(queue !== null && { queue }),
        ...(priority !== null && { priority }),
      },
      subject,
      origin,
    );
    crashPoint('restart.stored');
    await this.log.append({
      ...{ id: subject, actor: by ?? 'anonymous', action: 'instance.restart', target: old.id, reason },
      details: { as: instance.id, version: instance.version, ...(from !== undefined && { from }) },
    });
    return instance;
  }

  private async originOf(old: InstanceHead, plan: Plan, from: string | undefined): Promise<InstanceOrigin> {
    if (from === undefined) return { restartOf: { instance: old.id, outputs: {} } };
    const oldPlan = (await this.plans.get(old.definition, old.version))?.plan ?? plan;
    const facts = restartFacts(oldPlan, await this.stateOf(old, oldPlan), plan, from);
    if (!Array.isArray(facts)) return { restartOf: { instance: old.id, from, ...facts } };
    throw new ApiProblem('RESTART_NOT_POSSIBLE', facts[0]?.message ?? 'expected another step to restart from', { errors: facts });
  }

  private async stateOf({ id }: InstanceHead, plan: Plan): Promise<InstanceState> {
    const [found] = await this.events.load([id]);
    const snapshot = found?.snapshot;
    const state = snapshot ? fromSnapshot(plan, id, JSON.parse(snapshot.state) as JsonObject) : newState(id);
    for (const event of found?.events ?? []) apply(plan, state, event);
    return state;
  }
}
