import type { AuditEvent } from '../../model/audit-event.js';
import type { InstanceState } from '../../state/instance-state.js';
import { isUndoPath, undonePathOf } from '../../state/undo-run.js';
import type { VirtualShell } from '../virtual-shell.js';
import { isOf, type Watch } from './invariant.js';

/** What can be undone, by the seq of its completion, as the log tells it. */
class UndoList {
  private readonly entries = new Map<string, number>();

  take(event: AuditEvent, state: InstanceState): void {
    const { path, seq } = event;
    if (isOf(event, 'instanceStartedAgain')) this.entries.clear();
    if (isOf(event, 'instanceStarted'))
      event.data.restartOf?.undo?.forEach((one, index) => this.entries.set(one.path, index - 1_000_000));
    if (isOf(event, 'stepCompleted', 'stepCancelled') && event.data.undo !== undefined) this.entries.set(path!, seq);
    if (isOf(event, 'stepCompleted') && isUndoPath(path!)) this.entries.delete(undonePathOf(path!));
    if (isOf(event, 'childCompensated') && event.data.failures === undefined) this.entries.delete(path!);
    if (!isOf(event, 'instanceRetried')) return;
    // a `finally` that runs once more forgets what it did before
    for (const one of [...this.entries.keys()])
      if (one.includes('/finally/') && state.undo.get(one) === undefined) this.entries.delete(one);
  }

  get newestFirst(): string[] {
    return [...this.entries].sort(([, a], [, b]) => b - a).map(([path]) => path);
  }
}

/** Would this end undo what was done? */
function wantsUndo({ plan }: VirtualShell, type: AuditEvent['type'], compensate: boolean | undefined): boolean {
  const { on } = plan.compensation;
  if (type === 'instanceFailed') return on.has('failure');
  if (type === 'instanceTimedOut') return on.has('timeout');
  return type === 'instanceCancelled' && (compensate ?? on.has('cancel'));
}

const isUndoEnd = (event: AuditEvent): boolean =>
  isOf(event, 'childCompensated') || (isOf(event, 'stepCompleted', 'stepFailed') && isUndoPath(event.path!));

/** It begins now, for the first time: an attempt is no beginning, and one that cannot be begun at all fails at once. */
function isUndoBegin(event: AuditEvent, state: InstanceState): boolean {
  if (isOf(event, 'childCompensating')) return true;
  const { path } = event;
  if (path === undefined || !isUndoPath(path)) return false;
  return isOf(event, 'stepScheduled', 'stepFailed') && !state.open.get(path);
}

/** LANGUAGE §5: all that was completed, in reverse order, one after the other unless it says so; and a list of what failed. */
export function watchUndo(shell: VirtualShell): Watch {
  const list = new UndoList();
  const wrong: string[] = [];
  let left: string[] = [];
  let failed = 0;
  let open = 0;
  const expect = (isSo: boolean, { seq, type }: AuditEvent): void => void (isSo || wrong.push(`${seq} ${type}`));
  const before = (event: AuditEvent, state: InstanceState): void => {
    const newest = list.newestFirst;
    if (isOf(event, 'instanceCompensating')) {
      expect(event.data.paths.join(' ') === newest.join(' '), event);
      left = [...event.data.paths];
      failed = open = 0;
    }
    if (state.undone !== undefined && isUndoBegin(event, state)) {
      expect((isUndoPath(event.path!) ? undonePathOf(event.path!) : event.path!) === left.shift(), event);
      expect(open === 0 || state.undone.order === 'parallel', event);
      open += 1;
    }
    if (state.undone !== undefined && isUndoEnd(event)) {
      open -= 1;
      if (isOf(event, 'stepFailed') || (isOf(event, 'childCompensated') && event.data.failures !== undefined)) failed += 1;
    }
    if (isOf(event, 'instanceCompensated')) expect(left.length + failed + newest.length === 0, event);
    if (isOf(event, 'instanceCompensationFailed')) expect(event.data.failures.length === failed, event);
    if (wantsUndo(shell, event.type, state.closing?.compensate)) expect(newest.length === 0, event);
  };
  return { before, after: (event, state) => list.take(event, state), findings: () => wrong };
}
