import { canonicalJson, type InstanceState } from '#libs/engine';
import type { InstanceHead } from '../ports.js';
import type { Invariant } from './violation.js';

/** What the head must say, by the fold of its audit log. */
const expectedHead = (state: InstanceState): Record<string, unknown> => ({
  definition: state.definition,
  version: state.version,
  checksum: state.checksum,
  status: state.status,
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
const pendingHead = { status: 'pending', generation: 1, output: null, error: null, startedAt: null, endedAt: null, stepsDone: 0 };

/** Facts of the start event: absent until an instance has really started (it may be cancelled before). */
const startFacts: ReadonlySet<string> = new Set(['definition', 'version', 'checksum', 'key', 'summary', 'input', 'tags', 'parent']); // prettier-ignore
const identity: ReadonlySet<string> = new Set(['definition', 'version', 'checksum']);

export interface HeadDifference {
  readonly invariant: Invariant;
  readonly message: string;
}

/** @param state the fold of the whole log */
export function compareHead(head: InstanceHead, state: InstanceState): HeadDifference[] {
  const expected: Record<string, unknown> = state.seq === 0 ? pendingHead : expectedHead(state);
  const stored = head as unknown as Record<string, unknown>;
  const hasStarted = state.definition !== '';
  const found: HeadDifference[] = [];
  for (const name of Object.keys(expected)) {
    const [want, have] = [expected[name], stored[name]];
    if ((!hasStarted && startFacts.has(name)) || want === have || canonicalJson(want) === canonicalJson(have)) continue;
    const invariant = identity.has(name) ? 'I16' : 'I11';
    found.push({ invariant, message: `${name}: the log says ${shortened(want)}, stored is ${shortened(have)}` });
  }
  return found;
}

const shortened = (value: unknown): string => {
  const text = canonicalJson(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
};
