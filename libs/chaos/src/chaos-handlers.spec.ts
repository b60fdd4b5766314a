import { INJECTED_FAILURE } from '#libs/engine';
import type { TaskContext } from '#libs/worker-sdk';
import { ChaosAgent } from './chaos-agent.js';
import { COUNTED_FAILURE, withFaults } from './chaos-handlers.js';
import type { ChaosRunOrder } from './decide.js';

function handlerUnder(faults: ChaosRunOrder['faults'], mayFailInstances = false) {
  const agent = new ChaosAgent({ id: 'w1', roles: ['worker'], kill: 'memory' });
  const run = { id: '01890000-0000-7000-8000-000000000000', scope: {}, seed: 1, elapsedMs: 0, leftMs: 60_000 };
  agent.hear({ run: { ...run, faults, mayFailInstances }, now: 0 });
  let runs = 0;
  const handler = withFaults(agent, {
    task: 't',
    queue: 'default',
    contract: { name: 't' },
    invoke: () => Promise.resolve(++runs),
  });
  const call = async (step: Partial<TaskContext> = {}): Promise<unknown> => {
    const context = { instanceId: 'i', path: 'a', definition: 'd', attempt: 1, isClaimed: false, ...step } as TaskContext;
    return handler.invoke(null, context);
  };
  return { call, runs: () => runs };
}

describe('withFaults', () => {
  it('fails an attempt before its handler runs, on its own account', async () => {
    const { call, runs } = handlerUnder({ failStep: { rate: 1 } });
    await expect(call()).rejects.toMatchObject({ code: INJECTED_FAILURE, retryable: true });
    expect(runs()).toBe(0);
    expect(await call({ attempt: 11 })).toBe(1);
  });

  it('tells a compensation from a step', async () => {
    const { call } = handlerUnder({ failCompensation: { rate: 1 } });
    expect(await call()).toBe(1);
    await expect(call({ path: 'a/~undo' })).rejects.toMatchObject({ code: INJECTED_FAILURE });
  });

  it('loses the outcome of a handler that has run, but never of a claimed attempt', async () => {
    const { call, runs } = handlerUnder({ crashHandler: { rate: 1 } });
    await expect(call()).rejects.toMatchObject({ code: INJECTED_FAILURE });
    expect(runs()).toBe(1);
    expect(await call({ isClaimed: true })).toBe(2);
  });

  it('counts as an attempt when instances may fail', async () => {
    const { call } = handlerUnder({ failStep: { rate: 1 } }, true);
    await expect(call()).rejects.toMatchObject({ code: COUNTED_FAILURE, retryable: true });
  });
});
