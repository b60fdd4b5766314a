import type { AuditEvent } from '../model/audit-event.js';
import { type StepTable, undone } from './step-table.js';
import type { CountsView, StepView, WaitView } from './view-types.js';

type EventOf<T extends AuditEvent['type']> = Extract<AuditEvent, { type: T }>;
type Entered = EventOf<'timerStarted' | 'eventAwaited' | 'askOpened' | 'emitRequested' | 'childRequested' | 'lockRequested'>;

const noCounts: CountsView = { total: 0, completed: 0, failed: 0, cancelled: 0 };

/** What a step waits for, and how its block stands. @param kept ids of the events no step has taken yet */
export function takeWaitOrBlock(table: StepTable, kept: Set<string>, event: AuditEvent, path: string): void {
  switch (event.type) {
    case 'timerStarted':
    case 'eventAwaited':
    case 'askOpened':
    case 'emitRequested':
    case 'childRequested':
    case 'lockRequested':
      return enterWait(table, event, path);
    case 'eventTaken': {
      const { id, name } = event.data.event;
      kept.delete(id);
      return changeWait(table, path, 'event', (wait) => ({ ...wait, taken: [...wait.taken, name] }));
    }
    case 'askClaimed':
      return changeWait(table, path, 'ask', (wait) => ({ ...wait, claimedBy: event.data.by }));
    case 'askReassigned':
      return changeWait(table, path, 'ask', (wait) => ({ ...wait, assignees: event.data.assignees, claimedBy: undefined }));
    case 'childStarted': {
      const { id, version, attached } = event.data;
      const { child } = table.get(path) ?? {};
      changeWait(table, path, 'child', (wait) => ({ ...wait, childId: id }));
      const facts = { id, ...(version !== undefined && { version }), ...(attached && { attached }) };
      return table.set(path, { child: { workflow: '', ...child, ...facts } });
    }
    case 'childCompensating':
      return table.set(path, { status: 'compensating' });
    case 'childCompensated':
      return table.set(path, undone(event.data.failures?.[0]));
    case 'blockEntered': {
      const { items, taken, timeoutAt } = event.data;
      const counts = { ...noCounts, total: lengthOf(items) ?? taken?.length ?? 0 };
      return table.set(path, {
        status: 'running',
        isBlock: true,
        scheduledAt: event.at,
        startedAt: event.at,
        taken,
        timeoutAt,
        counts,
        begun: 0,
      });
    }
    case 'lockGranted':
      return table.set(path, { status: 'running', isBlock: true, wait: undefined, startedAt: event.at });
    case 'scopesOpened':
      return openScopes(table, path, event.data.keys.length);
    case 'roundDelayed':
      return table.set(path, { dueAt: event.data.dueAt });
    case 'blockClosing':
      return table.set(path, { dueAt: undefined, ...byHand(event.data) });
    default:
      return;
  }
}

function enterWait(table: StepTable, event: Entered, path: string): void {
  const dueAt = event.type === 'timerStarted' ? event.data.dueAt : undefined;
  const timeoutAt = 'timeoutAt' in event.data ? event.data.timeoutAt : undefined;
  if (event.type === 'childRequested') {
    const { childId, workflow, input } = event.data;
    table.openAttempt(path, event);
    table.set(path, { child: { id: childId, workflow }, input });
  }
  table.set(path, {
    status: 'waiting',
    scheduledAt: event.at,
    startedAt: event.at,
    endedAt: undefined,
    dueAt,
    timeoutAt,
    wait: waitOf(event),
  });
}

function changeWait<K extends WaitView['kind']>(
  table: StepTable,
  path: string,
  kind: K,
  to: (wait: Extract<WaitView, { kind: K }>) => WaitView,
): void {
  const { wait } = table.get(path) ?? {};
  if (wait?.kind === kind) table.set(path, { wait: to(wait as Extract<WaitView, { kind: K }>) });
}

function openScopes(table: StepTable, path: string, opened: number): void {
  const { counts = noCounts, begun = 0 } = table.get(path) ?? {};
  const now = begun + opened;
  table.set(path, {
    isBlock: true,
    begun: now,
    dueAt: undefined,
    counts: { ...counts, total: Math.max(counts.total, now) },
  });
}

/** Who did it, where a person did. */
export const byHand = ({ by, reason }: { by?: string; reason?: string }): Partial<StepView> => ({
  ...(by !== undefined && { by }),
  ...(reason !== undefined && { reason }),
});

function waitOf(event: Entered): WaitView {
  switch (event.type) {
    case 'timerStarted':
      return { kind: 'timer', dueAt: event.data.dueAt, isAbsolute: event.data.isAbsolute };
    case 'eventAwaited': {
      const { names, match, key } = event.data;
      return { kind: 'event', names, match, key, taken: [] };
    }
    case 'askOpened':
      return { kind: 'ask', name: event.data.name, ask: event.data, assignees: event.data.assignees ?? [] };
    case 'emitRequested':
      return { kind: 'emit' };
    case 'childRequested':
      return { kind: 'child', childId: event.data.childId, workflow: event.data.workflow };
    case 'lockRequested':
      return { kind: 'lock', key: event.data.key, limit: event.data.limit };
  }
}

/** A long list is stored apart, and only named here with its length. */
function lengthOf(items: unknown): number | undefined {
  if (Array.isArray(items)) return items.length;
  return (items as { $payload?: { length?: number } } | undefined)?.$payload?.length;
}
