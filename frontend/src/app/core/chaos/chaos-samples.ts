import type { ChaosAllowed } from '@contracts/rest/chaos';

/** How a run stood at one moment. */
export interface ChaosSample {
  /** Epoch ms. */
  readonly at: number;
  /** Faults since the sample before it. */
  readonly faults: number;
  /** 0 to 1; null: nothing has ended yet. */
  readonly successRate: number | null;
}

/** Samples of one run, oldest first. */
export interface ChaosSamples {
  readonly run: string | undefined;
  readonly injected: number;
  readonly list: readonly ChaosSample[];
}

export const noSamples: ChaosSamples = { run: undefined, injected: 0, list: [] };
const most = 1_000;

/** With one more of the run that is on; another run starts anew, and so does one whose faults were forgotten. @param at epoch ms */
export function withSample(samples: ChaosSamples, { enabled, run, report }: ChaosAllowed, at: number): ChaosSamples {
  if (run === null || report === null || (!enabled && samples.run !== run.id)) return samples;
  const { injected, during } = report;
  const isSame = samples.run === run.id && injected >= samples.injected;
  // What came before this console looked belongs to no moment it knows of.
  const faults = isSame ? injected - samples.injected : 0;
  const sample = { at, faults, successRate: during.successRate };
  return { run: run.id, injected, list: [...(isSame ? samples.list : []), sample].slice(-most) };
}
