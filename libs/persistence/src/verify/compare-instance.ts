import { canonicalJson, isEnded, type InstanceState, type Json, toSnapshot } from '#libs/engine';
import type { InstanceHead } from '../ports.js';
import type { Violation, ViolationKind } from './violation.js';

/** What the head must say, by the fold of its audit log. */
const expectedHead = (state: InstanceState): Record<string, unknown> => ({
  definition: state.definition,
  version: state.version,
  checksum: state.checksum,
  status: state.status,
  seq: state.seq,
  generation: state.generation,
  key: state.key ?? null,
  summary: state.summary ?? null,
  ...(state.rounds === 0 && { input: state.input }), // `again` gives a new one; the head keeps the first
  parent: state.parent?.instance ?? null,
  output: state.status === 'completed' ? state.output : null,
  error: state.error ?? null,
  tags: state.tags,
  startedAt: state.startedAt ?? null,
  endedAt: state.endedAt ?? null,
  stepsDone: state.endedSteps,
  currentStep: state.open.first() ?? null,
});

/** Before the first event nothing but the start itself is known: these follow from it. */
const pendingHead = {
  status: 'pending',
  seq: 0,
  generation: 1,
  output: null,
  error: null,
  startedAt: null,
  endedAt: null,
  stepsDone: 0,
};

/** Facts of the start event: absent until an instance has really started (it may be cancelled before). */
const startFacts = ['definition', 'version', 'checksum', 'key', 'summary', 'input', 'tags', 'parent'];

const shortened = (value: unknown): string => {
  const text = canonicalJson(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};

export function compareHead(head: InstanceHead, state: InstanceState): Violation[] {
  const expected: Record<string, unknown> = state.seq === 0 ? pendingHead : expectedHead(state);
  const stored = head as unknown as Record<string, unknown>;
  const names = Object.keys(expected).filter((name) => state.definition !== '' || !startFacts.includes(name));
  return names
    .filter((name) => canonicalJson(stored[name]) !== canonicalJson(expected[name]))
    .map((name) =>
      violation(head.id, 'head', `${name}: the log says ${shortened(expected[name])}, stored is ${shortened(stored[name])}`),
    );
}

/** @param state the fold as of the snapshot's seq */
export function compareSnapshot(id: string, snapshot: { seq: number; state: string }, state: InstanceState): Violation[] {
  const stored = JSON.parse(snapshot.state) as Json;
  if (canonicalJson(stored) === canonicalJson(toSnapshot(state))) return [];
  return [violation(id, 'snapshot', `the snapshot at ${snapshot.seq} is not the fold of the log up to there`)];
}

export function compareWakeup(head: InstanceHead, hasWakeup: boolean): Violation[] {
  const isWanted = !isEnded(head.status);
  if (isWanted === hasWakeup) return [];
  const found = isWanted ? 'no wake-up row: nothing would ever move it' : 'a wake-up row although it has ended';
  return [violation(head.id, 'wakeup', `${head.status}, ${found}`)];
}

export const violation = (instanceId: string, kind: ViolationKind, message: string): Violation => ({ instanceId, kind, message });
