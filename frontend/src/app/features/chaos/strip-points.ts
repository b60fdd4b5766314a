import type { ChaosSample } from '../../core/chaos/chaos-samples';

/** Faults and success over the time of a run. */
export interface StripPoints {
  /** Faults in each of as many equal parts of the time. */
  readonly bars: readonly number[];
  readonly mostFaults: number;
  /** Success rate by its place in the time, both 0 to 1; oldest first. */
  readonly line: readonly { readonly x: number; readonly rate: number }[];
  /** Bottom of the axis of the success rate: a round share at or below its lowest. */
  readonly floor: number;
}

const floors = [0.999, 0.99, 0.95, 0.9, 0.75, 0.5, 0];

/** @param from, to epoch ms; samples outside are left out */
export function stripPoints(samples: readonly ChaosSample[], from: number, to: number, parts: number): StripPoints {
  const bars = new Array<number>(parts).fill(0);
  const line: { x: number; rate: number }[] = [];
  const span = Math.max(1, to - from);
  for (const { at, faults, successRate } of samples) {
    const x = (at - from) / span;
    if (x < 0 || x > 1) continue;
    const part = Math.min(parts - 1, Math.floor(x * parts));
    bars[part] = (bars[part] ?? 0) + faults;
    if (successRate !== null) line.push({ x, rate: successRate });
  }
  const lowest = Math.min(1, ...line.map(({ rate }) => rate));
  return { bars, mostFaults: Math.max(0, ...bars), line, floor: floors.find((floor) => floor < lowest || floor === 0) ?? 0 };
}
