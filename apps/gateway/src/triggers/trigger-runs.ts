import { setImmediate as breathe } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import {
  type backfillBodySchema,
  type Backfilled,
  bucketOf,
  type NextTimes,
  type previewBodySchema,
  type TriggerRun,
  type triggerRunPageSchema,
} from '#libs/contracts';
import { BACKFILL_AT_MOST, compileTrigger, type InstanceId, mapTrigger, type ScheduleTrigger, Timetable } from '#libs/engine';
import {
  beginBackfill,
  type NewRun,
  OperatorLog,
  runByHand,
  RunDoor,
  type RunRow,
  type StartRow,
  type TriggerRow,
} from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import type { z } from 'zod';
import { type Act, operatorEntry } from '../actions/operator-entry.js';
import { DefinitionCatalog } from '../definitions/definition-catalog.js';
import { ApiProblem, fault } from '../http/api-problem.js';
import { classifyError } from '../http/classify-error.js';
import { toIso } from '../http/times.js';
import { Hints } from '../instances/hints.js';
import { requireInput } from '../instances/require-input.js';
import { forecast } from './forecast.js';
import { zoneOf } from './present-trigger.js';
import { TriggerCatalog } from './trigger-catalog.js';

type BackfillWish = z.output<typeof backfillBodySchema>;

/** Runs of triggers as the API shows them: asked for by hand, made up for, listed, foreseen. */
@Injectable()
export class TriggerRuns {
  constructor(
    private readonly catalog: TriggerCatalog,
    private readonly definitions: DefinitionCatalog,
    private readonly door: RunDoor,
    private readonly log: OperatorLog,
    private readonly hints: Hints,
  ) {}

  /**
   * Now, whatever runs and whether it is paused.
   * @param id minted for the request, so that a repeat of it finds its run
   * @throws ApiProblem TRIGGER_NOT_FOUND, ACTION_NOT_POSSIBLE
   */
  async run(name: string, act: Act, id?: string): Promise<TriggerRun> {
    // first, whatever has become of the trigger since
    const written = (await this.log.resultOf<TriggerRun>(id)) ?? (await this.runNow(name, act, id ?? uuidv7()));
    crashPoint('run.stored');
    if (written.instance !== null) this.hints.send([written.instance as InstanceId]);
    return written;
  }

  private async runNow(name: string, act: Act, id: string): Promise<TriggerRun> {
    const row = await this.catalog.row(name);
    const run = await this.judge(row, requireSchedule(row), Date.now(), id as InstanceId);
    return this.log.record(operatorEntry('trigger.run', name, act, id), async (_, client) =>
      presentRun(await runByHand(client, row, id, run)),
    );
  }

  async list(name: string, page: { cursor?: string | undefined; limit: number }): Promise<z.output<typeof triggerRunPageSchema>> {
    await this.catalog.row(name);
    const { items, next } = await this.door.list(name, page);
    return { items: items.map(presentRun), next };
  }

  /** @throws ApiProblem TRIGGER_NOT_FOUND, ACTION_NOT_POSSIBLE */
  async next(name: string, count: number): Promise<NextTimes> {
    const { cron, timezone } = requireSchedule(await this.catalog.row(name));
    return forecast(cron, timezone, count, Date.now());
  }

  /** @throws ApiProblem TRIGGER_INVALID */
  preview({ cron, timezone, count }: z.output<typeof previewBodySchema>): NextTimes {
    const { problems, trigger } = compileTrigger({ kind: 'schedule', definition: 'preview', cron, timezone });
    if (trigger === undefined) throw new ApiProblem('TRIGGER_INVALID', problems[0]?.message ?? '', { errors: problems });
    return forecast(cron, timezone, count, Date.now());
  }

  /** @throws ApiProblem TRIGGER_NOT_FOUND, ACTION_NOT_POSSIBLE, REQUEST_INVALID */
  async backfill(name: string, wish: BackfillWish, id?: string): Promise<Backfilled> {
    return (await this.log.resultOf<Backfilled>(id)) ?? this.backfillNow(name, wish, id ?? uuidv7());
  }

  private async backfillNow(name: string, wish: BackfillWish, id: string): Promise<Backfilled> {
    const row = await this.catalog.row(name);
    requireSchedule(row);
    const slots = await slotsOf(row, wish);
    const [first, last] = [slots[0], slots.at(-1)].map((at) => (at === undefined ? null : toIso(at)));
    const answer = { slots: slots.length, first: first ?? null, last: last ?? null, dryRun: wish.dryRun };
    if (wish.dryRun || slots.length === 0) return answer;
    const range = { id, after: slots[0]! - 1, until: slots.at(-1)! + 1, overlap: wish.overlap };
    return this.log.record(operatorEntry('trigger.backfill', name, wish, id), async (_, client) => {
      await beginBackfill(client, row, range);
      return answer;
    });
  }

  private async judge(row: TriggerRow, schedule: ScheduleTrigger, slot: number, id: InstanceId): Promise<NewRun> {
    const common = { lane: 'manual', slot, how: 'manual', count: 1 } as const;
    try {
      return { ...common, outcome: 'started', reason: null, start: await this.startOf(row, schedule, slot, id) };
    } catch (error) {
      const problem = classifyError(error);
      if (problem.status >= 500) throw error;
      return { ...common, outcome: 'failed', reason: `${problem.code}: ${problem.message}` };
    }
  }

  private async startOf(row: TriggerRow, schedule: ScheduleTrigger, slot: number, id: InstanceId): Promise<StartRow> {
    const mapped = mapTrigger(schedule, { scheduledAt: slot }, slot);
    if ('failure' in mapped) throw new ApiProblem('TRIGGER_INVALID', mapped.failure.message);
    const { input = {}, key = null } = mapped;
    const { stored, plan } = await this.definitions.resolve(schedule.definition!, schedule.version);
    requireInput(plan, input);
    const { name: definition, version } = plan;
    return {
      ...{ id, tenant: row.tenant, definition, version, checksum: stored.checksum, key, input },
      bucket: bucketOf(id),
      stepsTotal: plan.scope.steps.length,
      origin: { trigger: { name: row.name, scheduledAt: slot } },
    };
  }
}

function requireSchedule({ name, kind, spec }: TriggerRow): ScheduleTrigger {
  const { trigger, problems } = compileTrigger(spec);
  if (trigger?.kind === 'schedule') return trigger;
  if (trigger === undefined) throw new ApiProblem('TRIGGER_INVALID', problems[0]?.message ?? '', { errors: problems });
  throw new ApiProblem('ACTION_NOT_POSSIBLE', `expected a schedule, but ${name} is a ${kind}, which starts when something comes`);
}

/** Looked for in portions: thousands of slots must not keep other requests waiting. */
async function slotsOf({ spec }: TriggerRow, { from, to }: BackfillWish): Promise<number[]> {
  const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
  if (fromMs >= toMs)
    throw invalid('/to', 'expected a time after `from`, but was not', 'the range goes from the older to the newer time');
  const timetable = new Timetable(String(spec['cron']), zoneOf(spec));
  const slots: number[] = [];
  for (let some = timetable.between(fromMs - 1, toMs, portion); some.length > 0; await breathe()) {
    slots.push(...some);
    if (slots.length > BACKFILL_AT_MOST) throw tooMany(slots[BACKFILL_AT_MOST]!);
    some = timetable.between(some.at(-1)!, toMs, portion);
  }
  return slots;
}
const portion = 200;

const tooMany = (next: number): ApiProblem =>
  invalid(
    '/to',
    `expected at most ${BACKFILL_AT_MOST} slots, but there are more`,
    `end the range at ${toIso(next)} and go on from there`,
  );

const invalid = (path: string, words: string, hint: string): ApiProblem =>
  new ApiProblem('REQUEST_INVALID', words, { errors: [fault('INVALID', path, words, hint)] });

const presentRun = ({ slot, at, how, outcome, count, instance, status, reason }: RunRow): TriggerRun => ({
  scheduledAt: toIso(slot),
  at: toIso(at),
  ...{ how, outcome, count, instance, status, reason },
});
