import type { DefinitionSummary } from '@contracts/rest/definitions';
import type { CapacityApi } from '../../core/api/capacity-api';
import type { ActPlan } from '../acts/act-plan';

/** Why a definition stands still; nothing while it does not. */
export function pausedText({ paused }: Pick<DefinitionSummary, 'paused'>): string | undefined {
  if (!paused) return undefined;
  const who = paused.by ? $localize`Paused by ${paused.by}:person:` : $localize`Paused`;
  return paused.reason ? `${who}: ${paused.reason}` : who;
}

/** A definition stands still, or goes on. @param told the bulk job that tells its open instances */
export const pausePlan = (api: CapacityApi, name: string, act: 'pause' | 'resume', told: (job: string) => void): ActPlan => ({
  ...(act === 'pause'
    ? {
        title: $localize`Pause ${name}:definition:?`,
        text: $localize`Its open instances are paused by a bulk job, and those that start meanwhile begin paused. Triggers keep firing into it.`,
        confirm: $localize`Pause definition`,
        done: $localize`${name}:definition: is paused`,
      }
    : {
        title: $localize`Resume ${name}:definition:?`,
        text: $localize`Its paused instances go on, told by a bulk job, and new ones start as usual.`,
        confirm: $localize`Resume definition`,
        done: $localize`${name}:definition: goes on`,
      }),
  run: async ({ reason, by }, key) =>
    told((await api.actOnDefinition(name, act, { ...(reason && { reason }), ...(by && { by }) }, key)).job),
});
