import { ChaosAgent } from './chaos-agent.js';
import type { ChaosRunOrder } from './decide.js';
import type { InjectedFault } from './fault-log.js';

const order = (over: Partial<ChaosRunOrder> = {}): ChaosRunOrder => ({
  id: '01890000-0000-7000-8000-000000000000',
  faults: { killWorker: { rate: 60 }, failStep: { rate: 1 }, cutDatabase: { rate: 60, ms: 500 } },
  scope: {},
  seed: 1,
  mayFailInstances: false,
  elapsedMs: 0,
  leftMs: 60_000,
  ...over,
});

function made(claimed = 0) {
  const injected: InjectedFault[] = [];
  let drops = 0;
  const agent = new ChaosAgent({ id: 'w1', roles: ['worker'], kill: 'memory', onFault: (fault) => injected.push(fault) });
  agent.register('killWorker', { claimed: () => claimed, drop: () => Promise.resolve(void (drops += 1)) });
  /** The run as it is `ms` after its start. */
  const hearAfter = (ms: number, over: Partial<ChaosRunOrder> = {}): void =>
    agent.hear({ run: order({ ...over, elapsedMs: ms }), now: ms });
  return { agent, injected, hearAfter, drops: () => drops };
}

describe('ChaosAgent', () => {
  it('injects nothing before it hears of a run, after its end, and when the run has no time left', () => {
    const { agent, hearAfter } = made();
    expect(agent.hit('failStep')).toBeUndefined();
    hearAfter(0);
    expect(agent.hit('failStep')).toBeDefined();
    agent.hear({ run: null, now: 0 });
    expect(agent.hit('failStep')).toBeUndefined();
  });

  it('is not begun again by an order from before the last one heard', () => {
    const { agent } = made();
    agent.hear({ run: order(), now: 1_000 });
    agent.hear({ run: null, now: 2_000 });
    agent.hear({ run: order(), now: 1_900 });
    expect(agent.isOn).toBe(false);
    agent.hear({ run: order(), now: 2_001 });
    expect(agent.isOn).toBe(true);
  });

  it('kills in the seconds that come, not in the one in which it first heard: it may just have been killed by it', async () => {
    const { agent, hearAfter, drops } = made();
    hearAfter(5_100);
    await agent.tick();
    expect(drops()).toBe(0);
    hearAfter(6_100);
    await agent.tick();
    expect(drops()).toBe(1);
    await agent.tick();
    expect(drops()).toBe(1);
  });

  it('spares a worker with claimed attempts, unless instances may fail', async () => {
    for (const [mayFailInstances, kills] of [
      [false, 0],
      [true, 1],
    ] as const) {
      const { agent, hearAfter, drops } = made(1);
      hearAfter(0, { mayFailInstances });
      hearAfter(1_100, { mayFailInstances });
      await agent.tick();
      expect(drops()).toBe(kills);
    }
  });

  it('ends no process that has claimed an attempt while its end was being told', async () => {
    let claims = 0;
    const held: number[] = [];
    const agent = new ChaosAgent({ id: 'w1', roles: ['worker'], kill: 'process', exit: () => held.push(claims) });
    agent.transport = {
      state: 'connected',
      publish: () => {
        claims = 1;
        setTimeout(() => (claims = 0), 50);
        return Promise.resolve(['confirmed']);
      },
    } as unknown as NonNullable<ChaosAgent['transport']>;
    agent.register('killWorker', { claimed: () => claims, drop: () => Promise.resolve() });
    for (const elapsedMs of [0, 1_100]) agent.hear({ run: order({ elapsedMs }), now: elapsedMs });
    await agent.tick();
    expect(held).toEqual([0]);
  });

  it('cuts every connection to the database, and opens the way again when it is told to stop', async () => {
    const { agent, hearAfter, injected } = made();
    const broken: string[] = [];
    agent.sockets.add({ destroy: (error) => broken.push(error.message) });
    hearAfter(0);
    hearAfter(1_100);
    await agent.tick();
    expect(broken).toHaveLength(1);
    expect(agent.database.isClosed).toBe(true);
    expect(injected.map(({ kind }) => kind)).toContain('cutDatabase');
    agent.stop();
    expect(agent.database.isClosed).toBe(false);
  });
});
