import type { AuditEvent } from '../model/audit-event.js';
import type { Failure } from '../model/failure.js';
import type { StepStatus } from '../model/lifecycle.js';
import type { AttemptView, CountsView, InstanceView, ScopeView, StepView } from './view-types.js';

const openStatuses: ReadonlySet<StepStatus> = new Set<StepStatus>(['scheduled', 'running', 'waiting', 'retrying', 'cancelling']);
const UNDO = '/~undo';
const emptyScope: ScopeView = { open: 0, ended: 0, failed: 0, cancelled: 0 };
const scopeOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** The steps of a view during one fold: its own copies of what grows, changed in place, and tallies of how they stand. */
export class StepTable {
  steps: Map<string, StepView>;
  scopes: Map<string, ScopeView>;
  open: number;
  active: number;
  /** Lists of attempts that are this fold's own. */
  private readonly owned = new WeakSet<readonly AttemptView[]>();

  constructor({ steps, scopes, openSteps, activeSteps }: InstanceView) {
    this.steps = new Map(steps);
    this.scopes = new Map(scopes);
    this.open = openSteps;
    this.active = activeSteps;
  }

  get(path: string): StepView | undefined {
    return this.steps.get(path);
  }

  clear(): void {
    this.steps = new Map();
    this.scopes = new Map();
    this.open = 0;
    this.active = 0;
  }

  openAttempt(path: string, event: Pick<AuditEvent, 'seq' | 'at' | 'attempt'>): void {
    const attempt = event.attempt ?? 1;
    const attempts = this.attemptsOf(path);
    attempts.push({ attempt, token: event.seq, status: 'scheduled', scheduledAt: event.at });
    const cleared = { startedAt: undefined, endedAt: undefined, worker: undefined, claimant: undefined, progress: undefined };
    this.set(path, { attempt, attempts, scheduledAt: event.at, ...cleared });
  }

  /** The step and its open attempt go on together; a failed attempt keeps its story when the step is cancelled in backoff. */
  ran(path: string, status: StepStatus, facts: Partial<AttemptView>, endedAt?: number): void {
    this.set(path, { status, ...facts });
    const last = this.steps.get(path)?.attempts.at(-1);
    if (last === undefined || last.endedAt !== undefined) return;
    const attempts = this.attemptsOf(path);
    attempts[attempts.length - 1] = { ...last, ...facts, status: attemptStatus(status), endedAt };
    this.set(path, { attempts });
  }

  /** The list of attempts as this call's own, so that a step of many attempts costs no more than one of few. */
  private attemptsOf(path: string): AttemptView[] {
    const before = this.steps.get(path)?.attempts ?? [];
    if (this.owned.has(before)) return before as AttemptView[];
    const attempts = [...before];
    this.owned.add(attempts);
    return attempts;
  }

  startUndo(path: string): void {
    if (path.endsWith(UNDO)) this.set(path.slice(0, -UNDO.length), { status: 'compensating' });
  }

  endUndo(path: string, failure: Failure | undefined): void {
    if (path.endsWith(UNDO)) this.set(path.slice(0, -UNDO.length), undone(failure));
  }

  set(path: string, facts: Partial<StepView>): void {
    const before = this.steps.get(path) ?? { path, status: 'pending', attempt: 0, attempts: [] };
    const after = { ...before, ...facts };
    this.steps.set(path, after);
    if (before.status === after.status) return;
    this.open += count(isOpen(after)) - count(isOpen(before));
    this.active += count(isActive(after)) - count(isActive(before));
    if (!path.endsWith(UNDO)) this.countIn(scopeOf(path), before.status, after.status);
  }

  /** A list of steps counts for its block as its steps stand: O(1) for every step that changes. */
  private countIn(path: string, from: StepStatus, to: StepStatus): void {
    const before = this.scopes.get(path) ?? emptyScope;
    const after = added(added(before, from, -1), to, 1);
    this.scopes.set(path, after);
    const [was, is] = [outcomeOf(before), outcomeOf(after)];
    const block = was === is ? undefined : this.steps.get(scopeOf(path));
    if (block?.counts === undefined) return;
    const counts = { ...block.counts };
    if (was !== undefined) counts[was] = Math.max(0, counts[was] - 1);
    if (is !== undefined) counts[is] += 1;
    this.set(block.path, { counts });
  }
}

export const isOpen = ({ status }: StepView): boolean => openStatuses.has(status);
const isActive = ({ status, isBlock }: StepView): boolean => status === 'scheduled' || (status === 'running' && isBlock !== true);
const count = (is: boolean): number => (is ? 1 : 0);

function added(scope: ScopeView, status: StepStatus, by: 1 | -1): ScopeView {
  if (status === 'pending') return scope;
  if (openStatuses.has(status)) return { ...scope, open: scope.open + by };
  const ended = scope.ended + by;
  if (status === 'failed' || status === 'blocked') return { ...scope, ended, failed: scope.failed + by };
  return status === 'cancelled' ? { ...scope, ended, cancelled: scope.cancelled + by } : { ...scope, ended };
}

function outcomeOf({ open, ended, failed, cancelled }: ScopeView): Exclude<keyof CountsView, 'total'> | undefined {
  if (open > 0 || ended === 0) return undefined;
  if (failed > 0) return 'failed';
  return cancelled > 0 ? 'cancelled' : 'completed';
}

function attemptStatus(status: StepStatus): AttemptView['status'] {
  if (status === 'retrying') return 'failed';
  return status === 'running' || status === 'completed' || status === 'failed' ? status : 'cancelled';
}

/** @param failure of the first thing that could not be undone */
export const undone = (failure: { code: string; message: string } | undefined): Partial<StepView> =>
  failure === undefined
    ? { status: 'compensated', undoError: undefined }
    : { status: 'completed', undoError: { code: failure.code, message: failure.message } };
