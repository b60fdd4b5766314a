import type { AuditEvent } from '../model/audit-event.js';
import { instanceLifecycle, isEnded, stepLifecycle } from '../model/lifecycle.js';
import type { InstanceState } from '../state/instance-state.js';
import { isUndoPath, undonePathOf } from '../state/undo-run.js';
import { isOf, isStepStart, type LogRule, type Report, type Watch } from './log-rule.js';

const allows = (table: Readonly<Record<string, readonly string[]>>, from: string, to: string): boolean =>
  from === to || table[from]!.includes(to);

/** An instance and its steps only ever go where the tables of model/lifecycle.ts allow. */
function lifecycles(report: Report): Watch {
  const steps = new Map<string, string>();
  let status = 'pending';
  const look = (event: AuditEvent, state: InstanceState, path: string): void => {
    const own = state.steps.get(path);
    const from = steps.get(path) ?? 'pending';
    if (own === undefined) return void steps.delete(path);
    if (!allows(stepLifecycle, from, own.status)) report.wrong(event, `${path}: ${from} → ${own.status}`);
    steps.set(path, own.status);
  };
  const after = (event: AuditEvent, state: InstanceState): void => {
    if (!allows(instanceLifecycle, status, state.status)) report.wrong(event, `the instance: ${status} → ${state.status}`);
    status = state.status;
    const { path } = event;
    if (isOf(event, 'instanceStartedAgain')) steps.clear();
    if (isOf(event, 'instanceStarted')) for (const one of state.steps.keys()) steps.set(one, state.step(one).status); // a restart
    if (isOf(event, 'instanceRetried')) for (const one of [...steps.keys()]) look(event, state, one);
    if (path === undefined || (isOf(event, 'childCompensating') && !steps.has(path))) return; // its list has ended and is no longer known
    look(event, state, path);
    if (isUndoPath(path)) look(event, state, undonePathOf(path));
  };
  return { after };
}

/** Runs although what is around it is stopped. */
const isShielded = (path: string): boolean => /~undo$|\/finally\//.test(path);

export const rulesOfLives: readonly LogRule[] = [
  { invariant: 'I12', says: 'follows both lifecycles', watch: (_plan, report) => lifecycles(report) },
  {
    invariant: 'I12',
    says: 'changes nothing after the end, but by a new generation or by undoing the whole',
    watch(_plan, report) {
      const before = (event: AuditEvent, { status, generation }: InstanceState): void => {
        if (!isEnded(status)) return;
        report.seen();
        const isNext = isOf(event, 'instanceRetried') && event.generation === generation + 1;
        if (!isNext && !isOf(event, 'instanceCompensating')) report.wrong(event, `${event.type} although it was ${status}`);
      };
      return { before };
    },
  },
  {
    invariant: 'I15',
    says: 'begins nothing after a cancel, a time-out or a completion was decided',
    watch(_plan, report) {
      let isClosing = false;
      const before = (event: AuditEvent): void => {
        if (isOf(event, 'instanceRetried', 'instanceStartedAgain')) isClosing = false;
        if (isClosing && isStepStart(event) && !isShielded(event.path!))
          report.wrong(event, `${event.path} begins although the instance is closing`);
        if (!isOf(event, 'instanceClosing')) return;
        report.seen();
        isClosing = true;
      };
      return { before };
    },
  },
  {
    invariant: 'I16',
    says: 'has one definition, version and checksum',
    watch(_plan, report) {
      const before = (event: AuditEvent, { definition, version }: InstanceState): void => {
        if (!isOf(event, 'instanceStarted')) return;
        report.seen();
        if (definition !== '')
          report.wrong(
            event,
            `started again with ${event.data.definition}@${event.data.version}, after ${definition}@${version}`,
          );
      };
      return { before };
    },
  },
];
