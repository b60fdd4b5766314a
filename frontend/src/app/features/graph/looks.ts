import type { IconName } from '../../ui/icon';
import type { GraphInput, GraphLane } from './layout';

/** A step as drawn. */
export interface GraphStepLook extends GraphInput {
  /** Shown; the id names it apart from all others. */
  readonly name: string;
  /** Its type. */
  readonly icon?: IconName;
  readonly type?: string;
  /** A key of `stateLooks`; undefined: no state is shown (a definition). */
  readonly state?: string;
  /** Below the name. */
  readonly text: string;
  /** Below, at the end: attempt or time. */
  readonly figure: string;
  readonly isActive?: boolean;
  readonly isFaded?: boolean;
  readonly hasStarted?: boolean;
  /** It has steps inside, which may be shown or not. */
  readonly isFoldable?: boolean;
  readonly progress?: Progress;
  readonly lanes?: readonly GraphLaneLook[];
}

export interface GraphLaneLook extends GraphLane {
  readonly label: string;
  /** How it stands, in a word. */
  readonly text?: string;
  readonly state?: string;
  readonly isFaded?: boolean;
  /** Of many alike this one is shown; `index` counts from 0. */
  readonly pager?: { readonly index: number; readonly total: number };
  readonly steps: readonly GraphStepLook[];
}

export interface Progress {
  readonly total: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
}

export interface FlatLooks {
  readonly steps: ReadonlyMap<string, GraphStepLook>;
  /** By `owner key`. */
  readonly lanes: ReadonlyMap<string, GraphLaneLook>;
}

export const laneId = (owner: string, key: string): string => `${owner} ${key}`;

/** All steps and lanes of all depths by name. */
export function flattenLooks(looks: readonly GraphStepLook[]): FlatLooks {
  const steps = new Map<string, GraphStepLook>();
  const lanes = new Map<string, GraphLaneLook>();
  const take = (list: readonly GraphStepLook[]): void => {
    for (const step of list) {
      steps.set(step.id, step);
      for (const lane of step.lanes ?? []) {
        lanes.set(laneId(step.id, lane.key), lane);
        take(lane.steps);
      }
    }
  };
  take(looks);
  return { steps, lanes };
}

/** Only what the layout depends on. */
export const shapeOf = (looks: readonly GraphInput[]): GraphInput[] =>
  looks.map(({ id, needs, lanes, isBelow }) => ({
    id,
    needs,
    ...(isBelow && { isBelow }),
    ...(lanes && { lanes: lanes.map(({ key, steps }) => ({ key, steps: shapeOf(steps) })) }),
  }));

/** Shares of a bar of `width`, from its start: what is done, then what failed. */
export function progressBar({ total, completed, failed, cancelled }: Progress, width: number): { done: number; bad: number } {
  if (total === 0) return { done: 0, bad: 0 };
  return { done: (completed / total) * width, bad: ((failed + cancelled) / total) * width };
}
