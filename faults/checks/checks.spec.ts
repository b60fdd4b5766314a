import type { Call } from '../history/history.js';
import { History } from '../history/history.js';
import type { Execution } from '../ledger/ledger.js';
import { checkHistory } from './check-history.js';
import { checkLedger } from './check-ledger.js';
import type { StoredFacts, StoredInstance, StoredStep } from './stored-facts.js';

const instance = (more: Partial<StoredInstance>): StoredInstance => ({
  id: 'i1', definition: 'faults.chain', status: 'completed', op: 'op-1', output: null, error: null, createdAt: 0, endedAt: 1, ...more,
}); // prettier-ignore
const step = (more: Partial<StoredStep>): StoredStep => ({
  instance: 'i1', seq: 2, type: 'stepScheduled', path: 'a', attempt: 1, hasUndo: false, ...more,
}); // prettier-ignore
const execution = (more: Partial<Execution> = {}): Execution => ({
  instance: 'i1', path: 'a', attempt: 1, delivery: 1, key: 'i1:a', worker: 7, beganAtMs: 100, end: 'effect', endedAtMs: 110, isApplied: true, ...more,
}); // prettier-ignore
const stored = (
  instances: StoredInstance[],
  steps: StoredStep[] = [step({}), step({ type: 'stepCompleted', seq: 3 })],
): StoredFacts => ({
  instances,
  steps,
});

function history(...calls: Partial<Call>[]): History {
  const all = new History();
  for (const { kind = 'start', op = 'op-1', body = '{}', ...more } of calls) Object.assign(all.invoke(kind, op, body), more);
  return all;
}
const ok = { knowledge: 'ok', status: 201, instance: 'i1' } as const;

describe('checkHistory', () => {
  const messages = (calls: Partial<Call>[], facts: StoredFacts) => {
    const findings = checkHistory(history(...calls), facts, 2);
    return Object.entries(findings).flatMap(([invariant, found]) => found.messages.map(() => invariant));
  };

  it('is content with what was acknowledged once and is there once, however often it was asked', () => {
    expect(messages([{ knowledge: 'info' }, ok, ok], stored([instance({})]))).toEqual([]);
  });

  it('allows both for a start of which nobody knows', () => {
    expect(messages([{ knowledge: 'info' }], stored([]))).toEqual([]);
    expect(messages([{ knowledge: 'info' }], stored([instance({})]))).toEqual([]);
  });

  it.each([
    ['I1', 'an acknowledged start is not there', [ok], []],
    ['I2', 'two ids for one key', [ok, { ...ok, instance: 'i2' }], [instance({}), instance({ id: 'i2', op: 'op-2' })]],
    ['I2', 'two instances for one key', [ok], [instance({}), instance({ id: 'i2' })]],
    ['I2', 'another body accepted', [ok, { ...ok, body: '{"x":1}' }], [instance({})]],
    ['I25', 'a 500', [{ knowledge: 'info', status: 500 }], []],
    ['I25', 'a 503 that does not say when', [{ knowledge: 'info', status: 503 }], []],
  ] as const)('%s: %s', (invariant, _, calls, instances) => {
    expect(messages([...calls], stored([...instances]))).toEqual([invariant]);
  });

  const sent = (n: number): Partial<Call> => ({ kind: 'event', op: `op-1-${n}`, knowledge: 'ok', status: 200 });
  it.each([
    ['[1,2]', 'completed', 0],
    ['[2,1]', 'completed', 1],
    ['[1,1]', 'completed', 1],
    [null, 'waiting', 1],
  ])('I17: events taken as %s, the instance %s', (output, status, violations) => {
    const facts = stored([instance({ definition: 'faults.signal', status, output })]);
    expect(messages([ok, sent(1), sent(2)], facts)).toEqual(Array.from({ length: violations }, () => 'I17'));
  });
});

describe('checkLedger', () => {
  const messages = (
    executions: Execution[],
    faults: { fromMs: number; toMs: number }[] = [],
    facts = stored([instance({})]),
    takenOverAt: number[] = [],
  ) => {
    const findings = checkLedger(executions, facts, faults, { partitions: 1, at: new Map([[0, takenOverAt]]) });
    return Object.entries(findings).flatMap(([invariant, found]) => found.messages.map(() => invariant));
  };

  it('is content with one execution, and with a second one after a fault', () => {
    expect(messages([execution()])).toEqual([]);
    const again = execution({ beganAtMs: 900, worker: 8, isApplied: false });
    expect(messages([execution(), again], [{ fromMs: 300, toMs: 400 }])).toEqual([]);
  });

  it('is content with one more for each lease that one fault cost while the attempt was under way', () => {
    const thrice = [100, 900, 1_900].map((beganAtMs) => execution({ beganAtMs, isApplied: beganAtMs === 100 }));
    const fault = [{ fromMs: 300, toMs: 2_000 }];
    const facts = stored([instance({})]);
    expect(messages(thrice, fault, facts, [800, 1_800])).toEqual([]);
    expect(messages(thrice, fault, facts, [800])).toEqual(['I5']);
    expect(messages(thrice, fault, facts, [50, 800, 20_000])).toEqual(['I5']);
    expect(messages(thrice, [], facts, [800, 1_800])).toEqual(['I5']);
  });

  it.each([
    ['I5', 'a repetition without a cause', [execution(), execution({ beganAtMs: 900, isApplied: false })], [step({})]],
    ['I5', 'two keys for one step', [execution(), execution({ attempt: 2, key: 'other' })], [step({}), step({ attempt: 2 })]],
    ['I5', 'an at-most-once step that ran again', [execution({ path: 'once' }), execution({ path: 'once', attempt: 2, isApplied: false })], [step({ path: 'once' }), step({ path: 'once', attempt: 2 })]],
    ['I18', 'a command nobody decided', [execution()], []],
    ['I18', 'a completion of what was never done', [], [step({}), step({ type: 'stepCompleted' })]],
  ] as const)('%s: %s', (invariant, _, executions, steps: readonly StoredStep[]) => {
    expect(messages([...executions], [], stored([instance({})], [...steps]))).toEqual([invariant]);
  }); // prettier-ignore

  const undone = (path: string, beganAtMs: number) => execution({ path: `${path}/~undo`, key: path, beganAtMs });
  it.each([
    ['last first', [undone('b', 200), undone('a', 300)], 0],
    ['first first', [undone('a', 200), undone('b', 300)], 1],
    ['only one of two', [undone('b', 200)], 1],
  ])('I13: undone %s', (_, undo, violations) => {
    const steps = ['a', 'b'].flatMap((path, i) => [
      step({ path, seq: 2 * i }),
      step({ path, seq: 2 * i + 1, type: 'stepCompleted', hasUndo: true }),
      step({ path: `${path}/~undo`, seq: 10 + i }),
    ]);
    const executions = [execution(), execution({ path: 'b', key: 'i1:b' }), ...undo];
    expect(messages(executions, [], stored([instance({ status: 'compensated' })], steps))).toEqual(
      Array.from({ length: violations }, () => 'I13'),
    );
  });
});
