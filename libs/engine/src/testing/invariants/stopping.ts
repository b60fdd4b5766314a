import type { AuditEvent } from '../../model/audit-event.js';
import type { InstanceState } from '../../state/instance-state.js';
import { siteAt } from '../../state/site.js';
import { isUndoPath, undonePathOf } from '../../state/undo-run.js';
import type { VirtualShell } from '../virtual-shell.js';
import { type Invariants, isOf, isShielded, isStepStart, walk } from './invariant.js';

/** What can be undone, by the seq of its completion, as the log tells it. */
class UndoList {
  readonly entries = new Map<string, number>();
  private undone: string | undefined;

  take(event: AuditEvent, state: InstanceState): void {
    const { path, seq, data } = event;
    if (isOf(event, 'instanceStartedAgain')) this.entries.clear();
    if (isOf(event, 'instanceStarted'))
      event.data.restartOf?.undo?.forEach((one, index) => this.entries.set(one.path, index - 1_000_000));
    if (isOf(event, 'stepCompleted', 'stepCancelled') && event.data.undo !== undefined) this.entries.set(path!, seq);
    if (isOf(event, 'stepCompleted') && isUndoPath(path!)) this.entries.delete(undonePathOf(path!));
    if (isOf(event, 'childCompensated') && (data as { failures?: unknown }).failures === undefined) this.entries.delete(path!);
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

function checkUndo(shell: VirtualShell): void {
  const list = new UndoList();
  let left: string[] = [];
  let failed = 0;
  let open = 0;
  walk(
    shell,
    (event, state) => {
      if (isOf(event, 'instanceCompensating')) {
        expect(event.data.paths).toEqual(list.newestFirst);
        left = [...event.data.paths];
        failed = open = 0;
      }
      const isFirst = isOf(event, 'stepScheduled') && isUndoPath(event.path!) && state.step(event.path!).status !== 'retrying';
      const isWhole = state.undone !== undefined;
      if (
        isWhole &&
        (isFirst || isOf(event, 'childCompensating') || (isOf(event, 'stepFailed') && !state.open.get(event.path!)))
      ) {
        const path = isUndoPath(event.path!) ? undonePathOf(event.path!) : event.path!;
        expect(path).toBe(left.shift());
        if (state.undone!.order === 'reverse') expect(open).toBe(0);
        open += 1;
      }
      if (
        isWhole &&
        (isOf(event, 'childCompensated') || (isOf(event, 'stepCompleted', 'stepFailed') && isUndoPath(event.path!)))
      ) {
        open -= 1;
        if (isOf(event, 'stepFailed') || (isOf(event, 'childCompensated') && event.data.failures !== undefined)) failed += 1;
      }
      if (isOf(event, 'instanceCompensated')) expect([left, failed, list.newestFirst]).toEqual([[], 0, []]);
      if (isOf(event, 'instanceCompensationFailed')) expect(event.data.failures).toHaveLength(failed);
      if (wantsUndo(shell, event.type, state.closing?.compensate)) expect(list.newestFirst).toEqual([]);
    },
    (event, state) => list.take(event, state),
  );
}

export const ofStopping: Invariants = {
  'begins nothing after a cancel, a time-out or a completion was decided': ({ history }) => {
    let isClosing = false;
    for (const event of history) {
      if (isOf(event, 'instanceRetried', 'instanceStartedAgain')) isClosing = false;
      if (isClosing && isStepStart(event) && !isShielded(event.path!)) expect(`${event.type} ${event.path}`).toBe('nothing');
      if (isOf(event, 'instanceClosing')) isClosing = true;
    }
  },

  'undoes exactly what was completed and can be undone, newest first': checkUndo,

  'lists for undoing only what was completed, and all of that': ({ history, plan }) => {
    for (const event of history) {
      const { data } = event;
      if ('undo' in data && data.undo !== undefined) {
        expect(['stepCompleted', 'stepCancelled']).toContain(event.type);
        if (isOf(event, 'stepCancelled')) expect(event.data.outcome).toBe('completed');
      }
      const isByRule = isOf(event, 'stepCompleted') && event.data.because === undefined;
      if (isByRule && siteAt(plan, event.path!)!.step.undo !== undefined) expect(data).toHaveProperty('undo');
    }
  },
};
