import type { Trigger } from '@contracts/rest/triggers';
import type { TriggerActName, TriggersApi } from '../../core/api/triggers-api';
import type { ActPlan } from '../acts/act-plan';

type Words = Omit<ActPlan, 'run'>;

const words: Readonly<Record<TriggerActName, (name: string) => Words>> = {
  pause: (name) => ({
    title: $localize`Pause ${name}:trigger:?`,
    text: $localize`It starts nothing until it is resumed. Instances it has started go on. The reason is shown beside it as a note.`,
    confirm: $localize`Pause trigger`,
    done: $localize`${name}:trigger: is paused`,
  }),
  resume: (name) => ({
    title: $localize`Resume ${name}:trigger:?`,
    text: $localize`It goes on from now. Slots of a schedule that passed meanwhile count as missed, unless they are within its catch-up time.`,
    confirm: $localize`Resume trigger`,
    done: $localize`${name}:trigger: goes on`,
  }),
  run: (name) => ({
    title: $localize`Run ${name}:trigger: now?`,
    text: $localize`One instance starts at once, as if a slot were due now. The slots of the schedule stay as they are.`,
    confirm: $localize`Run now`,
    done: $localize`${name}:trigger: has been run`,
  }),
};

export const triggerPlan = (api: TriggersApi, name: string, act: TriggerActName): ActPlan => ({
  ...words[act](name),
  run: ({ reason, by }, key) => api.act(name, act, { ...(reason && { reason }), ...(by && { by }) }, key),
});

/** Gone for good, with its runs or deliveries: its name is typed first. */
export const removePlan = (api: TriggersApi, { name, kind }: Pick<Trigger, 'name' | 'kind'>): ActPlan => ({
  title: $localize`Delete ${name}:trigger:?`,
  text:
    kind === 'hook'
      ? $localize`Requests to its address are answered 404 from now on. Instances it has started stay.`
      : $localize`It starts nothing any more. Instances it has started stay.`,
  confirm: $localize`Delete trigger`,
  isDanger: true,
  line: typedName(name),
  done: $localize`${name}:trigger: is deleted`,
  run: ({ reason, by }) => api.remove(name, { ...(reason && { reason }), ...(by && { by }) }),
});

/** The name typed, so that it is meant. */
export const typedName = (name: string): NonNullable<ActPlan['line']> => ({
  label: $localize`Type ${name}:name: to go on`,
  faultOf: (text) => (text === name ? undefined : $localize`This is not its name yet.`),
});
