import { apply } from '../../apply/apply.js';
import type { AuditEvent } from '../../model/audit-event.js';
import { type InstanceState, newState } from '../../state/instance-state.js';
import type { VirtualShell } from '../virtual-shell.js';

/** What must hold of an instance once all is over; fails by an expectation. By what it promises. */
export type Invariants = Record<string, (shell: VirtualShell) => void>;

/** Goes through a history with the state before each event, which is applied afterwards. @param after the same event with the state after it */
export function walk(
  { plan, id, history }: VirtualShell,
  before: (event: AuditEvent, state: InstanceState) => void,
  after: (event: AuditEvent, state: InstanceState) => void = () => undefined,
): void {
  const state = newState(id);
  for (const event of history) {
    before(event, state);
    apply(plan, state, event);
    after(event, state);
  }
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

/** No value twice. */
export function expectUnique(values: readonly string[]): void {
  const seen = new Set<string>();
  const twice = values.filter((value) => seen.size === seen.add(value).size);
  expect(twice).toEqual([]);
}
