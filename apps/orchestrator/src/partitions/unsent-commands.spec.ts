import type { InstanceId } from '#libs/engine';
import { UnsentCommands } from './unsent-commands.js';

const id = 'i1' as InstanceId;

describe('UnsentCommands', () => {
  it('waits twice as long after each failure, at most 15 s', () => {
    const unsent = new UnsentCommands();
    const waits = [1, 2, 3, 4, 5, 6].map(() => {
      unsent.add(id, 2, 0);
      return unsent.takeRows(0, 0, 100).unsent[0]!.retryAt - 100;
    });
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });

  it('writes each failure once, and its end once', () => {
    const unsent = new UnsentCommands();
    unsent.add(id, 2, 0);
    expect(unsent.hasUnwritten).toBe(true);
    expect(unsent.takeRows(3, 0, 0).unsent).toEqual([
      { instanceId: id, token: 2, isEvent: false, partition: 3, tries: 1, retryAt: 1_000 },
    ]);
    expect(unsent.hasUnwritten).toBe(false);
    unsent.settle(id, 2);
    unsent.settle(id, 2);
    expect(unsent.takeRows(3, 0, 0)).toEqual({ unsent: [], unsentDone: [{ instanceId: id, token: 2 }] });
    expect([unsent.has(id, 2), unsent.size, unsent.hasUnwritten]).toEqual([false, 0, false]);
  });

  it('writes one that is sent again before it was ever written down as due now', () => {
    const unsent = new UnsentCommands();
    unsent.add(id, 2, 0);
    unsent.due(1_000, 1)[0]!.retryAtMs = Infinity;
    expect(unsent.takeRows(0, 1_000, 77).unsent).toMatchObject([{ token: 2, retryAt: 77 }]);
  });

  it('tries everything at once when the broker is back, but for what is being sent', () => {
    const unsent = new UnsentCommands();
    for (const token of [1, 2]) unsent.add(id, token, 0);
    unsent.due(1_000, 1)[0]!.retryAtMs = Infinity;
    unsent.retryNow(10);
    expect(unsent.due(10, 10).map((command) => command.token)).toEqual([2]);
  });
});
