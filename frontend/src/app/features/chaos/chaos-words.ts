import type { ChaosKind, ChaosProfile } from '@contracts/rest/chaos';

/** How a kind of fault is called and measured. */
export interface ChaosWords {
  readonly title: string;
  readonly about: string;
  /** `share`: of what it may hit, in percent; `perMinute`: times a minute in each service. */
  readonly unit: 'share' | 'perMinute';
  /** It lasts, or delays, for some ms. */
  readonly hasMs?: true;
}

export const chaosWords: Readonly<Record<ChaosKind, ChaosWords>> = {
  killWorker: {
    title: $localize`Kill a worker`,
    about: $localize`It ends without a goodbye, with all it holds.`,
    unit: 'perMinute',
  },
  killOrchestrator: {
    title: $localize`Kill an orchestrator`,
    about: $localize`It ends without a goodbye; what it owns is taken over.`,
    unit: 'perMinute',
  },
  crashHandler: { title: $localize`Crash a handler`, about: $localize`It has run, and its outcome is lost.`, unit: 'share' },
  dropMessage: { title: $localize`Drop messages`, about: $localize`They are lost on the way.`, unit: 'share' },
  duplicateMessage: { title: $localize`Duplicate messages`, about: $localize`They are sent twice.`, unit: 'share' },
  delayMessage: { title: $localize`Delay messages`, about: $localize`They are delivered late.`, unit: 'share', hasMs: true },
  reorderMessages: {
    title: $localize`Reorder messages`,
    about: $localize`They are delivered after the one behind them.`,
    unit: 'share',
  },
  cutBroker: {
    title: $localize`Partition, both directions`,
    about: $localize`The connection to the broker is lost.`,
    unit: 'perMinute',
    hasMs: true,
  },
  cutBrokerIn: {
    title: $localize`Partition, incoming`,
    about: $localize`Nothing arrives from the broker.`,
    unit: 'perMinute',
    hasMs: true,
  },
  cutBrokerOut: {
    title: $localize`Partition, outgoing`,
    about: $localize`Nothing leaves for the broker.`,
    unit: 'perMinute',
    hasMs: true,
  },
  cutDatabase: {
    title: $localize`Cut the database`,
    about: $localize`Its connections are lost, and none can be made.`,
    unit: 'perMinute',
    hasMs: true,
  },
  slowDatabase: {
    title: $localize`Slow the database`,
    about: $localize`A statement takes longer to reach it.`,
    unit: 'share',
    hasMs: true,
  },
  failStep: { title: $localize`Fail a step`, about: $localize`An attempt fails before its handler runs.`, unit: 'share' },
  failCompensation: {
    title: $localize`Fail a compensation`,
    about: $localize`An attempt to undo fails before its handler runs.`,
    unit: 'share',
  },
};
export const chaosKinds = Object.keys(chaosWords) as readonly ChaosKind[];

/** Those that belong together, as they are shown. */
export const chaosSubjects: readonly { readonly title: string; readonly kinds: readonly ChaosKind[] }[] = [
  { title: $localize`Services`, kinds: ['killWorker', 'killOrchestrator', 'crashHandler'] },
  { title: $localize`Steps`, kinds: ['failStep', 'failCompensation'] },
  { title: $localize`Messages`, kinds: ['dropMessage', 'duplicateMessage', 'delayMessage', 'reorderMessages'] },
  { title: $localize`Network`, kinds: ['cutBroker', 'cutBrokerIn', 'cutBrokerOut'] },
  { title: $localize`Database`, kinds: ['slowDatabase', 'cutDatabase'] },
];

export const profileWords: Readonly<Record<ChaosProfile, string>> = {
  gentle: $localize`Gentle`,
  moderate: $localize`Moderate`,
  aggressive: $localize`Aggressive`,
};

/** What is typed before faults are injected. */
export const confirmationText = 'enable chaos mode';
