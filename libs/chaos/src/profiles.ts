import type { ChaosFaults, ChaosKind, ChaosPlanRequest, ChaosProfile } from '#libs/contracts';

/** Sets of faults. Rates of messages, statements and attempts are shares; those of services are times a minute, in each. */
export const profiles: Readonly<Record<ChaosProfile, ChaosFaults>> = {
  gentle: {
    duplicateMessage: { rate: 0.02 },
    delayMessage: { rate: 0.05, ms: 200 },
    slowDatabase: { rate: 0.05, ms: 50 },
    failStep: { rate: 0.02 },
  },
  moderate: {
    killWorker: { rate: 2 },
    killOrchestrator: { rate: 2 },
    crashHandler: { rate: 0.03 },
    dropMessage: { rate: 0.02 },
    duplicateMessage: { rate: 0.05 },
    delayMessage: { rate: 0.1, ms: 500 },
    reorderMessages: { rate: 0.05 },
    cutBroker: { rate: 1, ms: 2_000 },
    cutBrokerIn: { rate: 1, ms: 2_000 },
    cutBrokerOut: { rate: 1, ms: 2_000 },
    cutDatabase: { rate: 1, ms: 1_000 },
    slowDatabase: { rate: 0.1, ms: 100 },
    failStep: { rate: 0.05 },
    failCompensation: { rate: 0.05 },
  },
  aggressive: {
    killWorker: { rate: 6 },
    killOrchestrator: { rate: 6 },
    crashHandler: { rate: 0.1 },
    dropMessage: { rate: 0.1 },
    duplicateMessage: { rate: 0.2 },
    delayMessage: { rate: 0.3, ms: 1_500 },
    reorderMessages: { rate: 0.2 },
    cutBroker: { rate: 3, ms: 4_000 },
    cutBrokerIn: { rate: 3, ms: 4_000 },
    cutBrokerOut: { rate: 3, ms: 4_000 },
    cutDatabase: { rate: 3, ms: 3_000 },
    slowDatabase: { rate: 0.3, ms: 300 },
    failStep: { rate: 0.2 },
    failCompensation: { rate: 0.2 },
  },
};

/** The faults of a plan: those of its profile, in whose place those it names itself come; a rate of 0 takes one away. */
export function faultsOf({ profile, faults = {} }: Pick<ChaosPlanRequest, 'profile' | 'faults'>): ChaosFaults {
  const basis = profile ?? (Object.keys(faults).length === 0 ? 'moderate' : undefined);
  const all: ChaosFaults = { ...(basis === undefined ? {} : profiles[basis]) };
  for (const [kind, fault] of Object.entries(faults) as [ChaosKind, ChaosFaults[ChaosKind]][]) {
    if (fault === undefined) continue;
    if (fault.rate === 0) delete all[kind];
    else all[kind] = { ...all[kind], ...fault };
  }
  return all;
}
