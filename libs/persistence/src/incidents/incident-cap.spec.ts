import { IncidentCap } from './incident-cap.js';

describe('IncidentCap', () => {
  const refused = (code: string, n: number) => ({ kind: 'refusedCommand', reason: `${code}: expected n, but was ${n}` });

  it('lets so many of a kind and code through in a minute, and counts the others', () => {
    const cap = new IncidentCap(2, 'one');
    const counts = [1, 2, 3, 4].map((n) => cap.add(refused('INPUT_INVALID', n), 1_000)?.count);
    expect(counts).toEqual([undefined, undefined, 1, 2]);
    expect(cap.add(refused('KEY_TAKEN', 1), 1_000)).toBeUndefined();
    expect(cap.add(refused('INPUT_INVALID', 5), 59_999)).toMatchObject({
      key: 'more:refusedCommand:INPUT_INVALID:0:one',
      kind: 'refusedCommand',
      code: 'INPUT_INVALID',
      count: 3,
    });
    expect(cap.add(refused('INPUT_INVALID', 6), 60_000)).toBeUndefined();
  });

  it('never counts what has happened to an instance: each needs a person', () => {
    const cap = new IncidentCap(1, 'one');
    const lost = { kind: 'lostStep', reason: 'worker w is lost' };
    expect([1, 2, 3].map(() => cap.add(lost, 1_000))).toEqual([undefined, undefined, undefined]);
  });

  it('has room again for one that could not be written', () => {
    const cap = new IncidentCap(1, 'one');
    expect(cap.add(refused('INPUT_INVALID', 1), 1_000)).toBeUndefined();
    cap.giveBack(refused('INPUT_INVALID', 1));
    expect(cap.add(refused('INPUT_INVALID', 1), 1_000)).toBeUndefined();
    expect(cap.add(refused('INPUT_INVALID', 2), 1_000)?.count).toBe(1);
  });
});
