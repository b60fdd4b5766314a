import type { ActsApi, InstanceActName } from '../../core/api/acts-api';
import type { ActPlan } from './act-plan';

type Words = Omit<ActPlan, 'run'>;

const words: Readonly<Record<InstanceActName, Words>> = {
  cancel: {
    title: $localize`Cancel this instance?`,
    text: $localize`No further step starts. Steps that are running are asked to stop; what they still return is noted and not used.`,
    confirm: $localize`Cancel instance`,
    isDanger: true,
    asksCompensation: true,
    done: $localize`The instance is being cancelled`,
  },
  pause: {
    title: $localize`Pause this instance?`,
    text: $localize`Nothing new starts, and sleeps, waits and retry delays stand still. What a worker is doing is finished and recorded.`,
    confirm: $localize`Pause instance`,
    done: $localize`The instance is paused`,
  },
  resume: {
    title: $localize`Resume this instance?`,
    text: $localize`It goes on where it stood; clocks that stood still run on with what was left of them.`,
    confirm: $localize`Resume instance`,
    done: $localize`The instance goes on`,
  },
  retry: {
    title: $localize`Retry from the failed steps?`,
    text: $localize`A new generation of the same instance: failed, cancelled and blocked steps run again with fresh attempts. Completed work is kept.`,
    confirm: $localize`Retry failed steps`,
    done: $localize`The failed steps run again`,
  },
};

export const instancePlan = (api: ActsApi, id: string, name: InstanceActName): ActPlan => ({
  ...words[name],
  run: ({ reason, by, compensate }, key) =>
    api.act(id, name, { ...(reason && { reason }), ...(by && { by }), ...(compensate !== undefined && { compensate }) }, key),
});
