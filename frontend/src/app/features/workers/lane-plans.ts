import type { QueueSettingsRequest, TaskSettingsRequest } from '@contracts/rest/capacity';
import type { CapacityApi } from '../../core/api/capacity-api';
import type { ActGiven, ActPlan } from '../acts/act-plan';
import type { LaneScope } from './lane-form';

const signed = ({ reason, by }: ActGiven): { reason?: string; by?: string } => ({ ...(reason && { reason }), ...(by && { by }) });

const put = (
  api: CapacityApi,
  scope: LaneScope,
  name: string,
  body: QueueSettingsRequest & TaskSettingsRequest,
): Promise<unknown> => (scope === 'queue' ? api.putQueue(name, body) : api.putTask(name, body));

const names: Readonly<Record<LaneScope, (name: string) => string>> = {
  queue: (name) => $localize`queue ${name}:name:`,
  task: (name) => $localize`task ${name}:name:`,
};

/** Dispatch of a queue or a task stops, or goes on. */
export function pausePlan(api: CapacityApi, scope: LaneScope, name: string, paused: boolean): ActPlan {
  const what = names[scope](name);
  return {
    title: paused ? $localize`Pause ${what}:lane:?` : $localize`Resume ${what}:lane:?`,
    text: paused
      ? $localize`Its steps are not dispatched any more and wait; what workers have is finished. Instances show the reason you give.`
      : $localize`Its steps are dispatched again, those that waited longest first within their priority.`,
    confirm: paused ? $localize`Pause` : $localize`Resume`,
    done: paused ? $localize`${what}:lane: is paused` : $localize`${what}:lane: goes on`,
    run: (given) => put(api, scope, name, { paused, ...signed(given) }),
  };
}

type BreakerMode = NonNullable<TaskSettingsRequest['breaker']>;

const breakerWords: Readonly<Record<BreakerMode, (name: string) => Omit<ActPlan, 'run'>>> = {
  open: (name) => ({
    title: $localize`Open the breaker of ${name}:task:?`,
    text: $localize`No attempt of it is dispatched until the breaker is closed by hand or set to automatic.`,
    confirm: $localize`Open breaker`,
    done: $localize`The breaker of ${name}:task: is open`,
  }),
  closed: (name) => ({
    title: $localize`Close the breaker of ${name}:task:?`,
    text: $localize`Attempts are dispatched whatever became of the ones before; it does not open by itself any more.`,
    confirm: $localize`Close breaker`,
    done: $localize`The breaker of ${name}:task: is closed`,
  }),
  auto: (name) => ({
    title: $localize`Set the breaker of ${name}:task: to automatic?`,
    text: $localize`After several failed attempts in a row it opens by itself, lets one through after a while, and closes when that succeeds.`,
    confirm: $localize`Set to automatic`,
    done: $localize`The breaker of ${name}:task: works by itself`,
  }),
};

export const breakerPlan = (api: CapacityApi, name: string, breaker: BreakerMode): ActPlan => ({
  ...breakerWords[breaker](name),
  run: (given) => api.putTask(name, { breaker, ...signed(given) }),
});

/** A worker takes nothing new, or takes work again. */
export const workerPlan = (api: CapacityApi, id: string, act: 'drain' | 'resume'): ActPlan => ({
  ...(act === 'drain'
    ? {
        title: $localize`Drain worker ${id}:worker:?`,
        text: $localize`It finishes what it runs, gives back what it has not begun, and takes nothing new until it is resumed or ends.`,
        confirm: $localize`Drain worker`,
        done: $localize`${id}:worker: is draining`,
      }
    : {
        title: $localize`Resume worker ${id}:worker:?`,
        text: $localize`It takes work again.`,
        confirm: $localize`Resume worker`,
        done: $localize`${id}:worker: takes work again`,
      }),
  run: (given, key) => api.actOnWorker(id, act, signed(given), key),
});
