import type { ActRequest } from '@contracts/rest/actions';
import type { Chaos, ChaosPlanRequest } from '@contracts/rest/chaos';
import type { ChaosApi } from '../../core/api/chaos-api';
import { formatDuration } from '../../ui/format';
import type { ActGiven, ActPlan } from '../acts/act-plan';
import { confirmationText } from './chaos-words';

const signed = ({ reason, by }: ActGiven): ActRequest => ({ ...(reason && { reason }), ...(by && { by }) });

/** Enabling it is meant: what it is called is typed first. */
export const enablePlan = (api: ChaosApi, plan: ChaosPlanRequest, take: (chaos: Chaos) => void): ActPlan => ({
  title: $localize`Enable chaos mode?`,
  text: $localize`Faults are injected for ${formatDuration(plan.durationMs ?? 0)}:time:, then it stops by itself. It can be stopped at any time, from every page.`,
  confirm: $localize`Enable chaos mode`,
  isDanger: true,
  line: {
    label: $localize`Type “${confirmationText}:text:” to go on`,
    faultOf: (text) => (text === confirmationText ? undefined : $localize`These are not the words yet.`),
  },
  done: $localize`Chaos mode is on`,
  run: async (given) => take(await api.set({ enabled: true, confirm: given.line ?? '', ...plan, ...signed(given) })),
});

export const resetPlan = (api: ChaosApi, take: (chaos: Chaos) => void): ActPlan => ({
  title: $localize`Forget the faults recorded so far?`,
  text: $localize`The report counts from now on. Nothing is injected and nothing is stopped by it.`,
  confirm: $localize`Reset figures`,
  done: $localize`The report counts from now on`,
  run: async (given, key) => take(await api.reset(signed(given), key)),
});
