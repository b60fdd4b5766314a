import { apply } from '../../apply/apply.js';
import type { AuditEvent } from '../../model/audit-event.js';
import { type InstanceState, newState } from '../../state/instance-state.js';
import type { VirtualShell } from '../virtual-shell.js';

/** What breaks a promise; [] = it is kept. */
export type Findings = readonly unknown[];

/** Looks at a history while it is replayed. */
export interface Watch {
  /** `state` is that before the event. */
  readonly before?: (event: AuditEvent, state: InstanceState) => void;
  readonly after?: (event: AuditEvent, state: InstanceState) => void;
  /** At the end. */
  readonly findings: (state: InstanceState) => Findings;
}

/** What must hold of an instance once all is over, by what is promised. */
export type Invariants = Record<string, (shell: VirtualShell) => Findings | Watch>;

/** Replays the log of an instance, as it is stored, once for all. @returns findings by the promise they break */
export function judge(shell: VirtualShell, invariants: Invariants): Map<string, Findings> {
  const found = new Map<string, Findings>();
  const watches: [string, Watch][] = [];
  for (const [name, look] of Object.entries(invariants)) {
    const looked = look(shell);
    if ('findings' in looked) watches.push([name, looked]);
    else found.set(name, looked);
  }
  const state = newState(shell.id);
  for (const event of JSON.parse(JSON.stringify(shell.history)) as AuditEvent[]) {
    for (const [, { before }] of watches) before?.(event, state);
    apply(shell.plan, state, event);
    for (const [, { after }] of watches) after?.(event, state);
  }
  for (const [name, { findings }] of watches) found.set(name, findings(state));
  return found;
}

export const isOf = <T extends AuditEvent['type']>(event: AuditEvent, ...types: T[]): event is Extract<AuditEvent, { type: T }> =>
  (types as string[]).includes(event.type);

/** Ends of a step. */
export const isStepEnd = (event: AuditEvent): boolean =>
  isOf(event, 'stepCompleted', 'stepFailed', 'stepSkipped', 'stepBlocked', 'stepCancelled');

/** Events by which a step begins: what waits for it, a worker or time is told from now on. */
export const isStepStart = (event: AuditEvent): boolean =>
  isOf(event, 'stepScheduled', 'timerStarted', 'eventAwaited', 'askOpened', 'emitRequested', 'blockEntered', 'lockRequested', 'childRequested') ||
  (isOf(event, 'lockGranted') && event.data.inherited !== undefined); // prettier-ignore

/** Runs although what is around it is stopped. */
export const isShielded = (path: string): boolean => /~undo$|\/finally\//.test(path);

/** Those that are there before. */
export function twice(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return values.filter((value) => seen.size === seen.add(value).size);
}
