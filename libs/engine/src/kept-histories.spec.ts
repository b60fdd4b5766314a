import { readdirSync, readFileSync } from 'node:fs';
import { apply } from './apply/apply.js';
import { compile } from './compile/compile.js';
import { canonicalJson } from './json/canonical.js';
import { LogJudge } from './judge/log-judge.js';
import type { AuditEvent } from './model/audit-event.js';
import type { InstanceId } from './model/instance-id.js';
import type { JsonObject } from './model/json.js';
import { newState } from './state/instance-state.js';
import { fromSnapshot, toSnapshot } from './state/snapshot.js';

/** Histories of releases, as they were stored (scripts/keep-release.mjs): every later version goes on from them. */
const folder = new URL('../testdata/histories/', import.meta.url);

interface Kept {
  readonly id: InstanceId;
  readonly definition: { readonly name: string; readonly version: string };
  readonly events: AuditEvent[];
  /** What that release made of them. */
  readonly state: JsonObject;
}

const releases = readdirSync(folder).map((file) => {
  const lines = readFileSync(new URL(file, folder), 'utf8').trimEnd().split('\n');
  return [file.replace('.jsonl', ''), lines.map((line) => JSON.parse(line) as Kept)] as const;
});

function planOf({ definition }: Kept) {
  const { plan, problems } = compile(definition, { stored: true });
  if (plan === undefined) throw new Error(`${definition.name} does not compile any more: ${JSON.stringify(problems)}`);
  return plan;
}

/** As stored JSON: what is undefined is not there. */
const asStored = (state: JsonObject): JsonObject => JSON.parse(canonicalJson(state)) as JsonObject;

describe.each(releases)('histories of release %s', (_release, histories) => {
  it('replay to the state they had; a later version may know more of it', () => {
    for (const kept of histories) {
      const log = new LogJudge(planOf(kept), kept.id);
      for (const event of kept.events) log.take(event);
      expect(asStored(toSnapshot(log.state))).toMatchObject(kept.state);
      expect(log.breaches).toEqual([]);
    }
  });

  it('can be gone on with from a snapshot of that release', () => {
    for (const kept of histories) {
      const plan = planOf(kept);
      const folded = newState(kept.id);
      for (const event of kept.events) apply(plan, folded, event);
      const read = fromSnapshot(plan, kept.id, kept.state);
      expect(asStored(toSnapshot(read))).toEqual(asStored(toSnapshot(folded)));
    }
  });
});

it('are there of every kind of step', () => {
  const kinds = new Set<string>();
  for (const [, histories] of releases)
    JSON.stringify(
      histories.map(({ definition }) => definition),
      (key, value: unknown) => {
        if (key === 'type' && typeof value === 'string') kinds.add(value);
        return value;
      },
    );
  const wanted = ['task', 'set', 'fail', 'complete', 'again', 'workflow', 'branch', 'parallel', 'forEach', 'repeat', 'try', 'lock', 'sleep', 'event', 'ask', 'emit']; // prettier-ignore
  expect([...kinds]).toEqual(expect.arrayContaining(wanted));
});

it.each([{ path: 's0' }, {}])('refuses an event of a newer version, and says so: %j', (where) => {
  const { plan } = compile({ name: 'n', version: '1.0.0', steps: [{ id: 's0', task: 't' }] });
  const state = newState('01890000-0000-7000-8000-000000000001' as InstanceId);
  const newer = { seq: 1, generation: 1, type: 'stepDreamt', data: {}, at: 1, ...where } as unknown as AuditEvent;
  expect(() => apply(plan!, state, newer)).toThrow(
    'event 1 of 01890000-0000-7000-8000-000000000001: this version knows no audit event "stepDreamt"',
  );
});
