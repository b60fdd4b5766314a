import { setTimeout as pause } from 'node:timers/promises';
import { exchanges, stepQueue } from '#libs/contracts';
import { type Delivery, MemoryBroker, MemoryTransport, stepQueueSpec } from '#libs/messaging';
import { describeTransport } from '#libs/testing';
import { ChaosAgent } from './chaos-agent.js';
import { ChaosTransport } from './chaos-transport.js';
import type { ChaosRunOrder } from './decide.js';
import type { InjectedFault } from './fault-log.js';

const agentWith = (faults: ChaosRunOrder['faults']) => {
  const injected: InjectedFault[] = [];
  const agent = new ChaosAgent({ id: 'one', roles: ['worker'], kill: 'memory', onFault: (fault) => injected.push(fault) });
  const run = { id: '01890000-0000-7000-8000-000000000000', faults, scope: {}, seed: 1, mayFailInstances: false };
  agent.hear({ run: { ...run, elapsedMs: 0, leftMs: 60_000 }, now: Date.now() });
  return { agent, injected };
};

describeTransport('with chaos allowed, and off', async () => {
  const broker = new MemoryBroker();
  const inner = new WeakMap<object, MemoryTransport>();
  return {
    create: (options) => {
      const memory = new MemoryTransport({ broker, ...options });
      const made = new ChaosTransport(memory, new ChaosAgent({ id: 'one', roles: [], kill: 'memory' }));
      inner.set(made, memory);
      return made;
    },
    loseConnection: async (transport) => inner.get(transport)!.loseConnection(),
    close: async () => undefined,
  };
});

async function open(faults: ChaosRunOrder['faults']) {
  const { agent, injected } = agentWith(faults);
  const transport = new ChaosTransport(new MemoryTransport(), agent);
  await transport.connect();
  await transport.declareExchanges();
  await transport.declareQueue(stepQueueSpec('default', 'echo'));
  const got: string[] = [];
  const arrived: ((count: number) => void)[] = [];
  await transport.consume(stepQueue('default', 'echo'), {
    prefetch: 100,
    onDelivery: (delivery: Delivery) => {
      got.push(delivery.content.toString());
      delivery.settle('ack');
      for (const tell of arrived) tell(got.length);
    },
  });
  const step = (n: number) => ({
    exchange: exchanges.steps,
    routingKey: 'default.echo',
    content: Buffer.from(JSON.stringify({ n })),
  });
  const count = (wanted: number): Promise<void> =>
    new Promise((resolve) => {
      arrived.push((so) => so >= wanted && resolve());
      if (got.length >= wanted) resolve();
    });
  return { transport, agent, injected, got, step, count };
}

describe('chaos on the way', () => {
  it('loses a step command although it is confirmed, and anything else unconfirmed', async () => {
    const { transport, got, step, injected } = await open({ dropMessage: { rate: 1 } });
    const hint = { exchange: exchanges.partitions, routingKey: 'p.0', content: Buffer.from('{}') };
    expect(await transport.publish([step(1), hint])).toEqual(['confirmed', 'unconfirmed']);
    expect(got).toEqual([]);
    expect(injected.map(({ kind }) => kind)).toEqual(['dropMessage', 'dropMessage']);
  });

  it('loses nothing that nobody would send again', async () => {
    const { transport, injected } = await open({ dropMessage: { rate: 1 } });
    const once = [exchanges.control, exchanges.events].map((exchange) => ({
      exchange,
      routingKey: '',
      content: Buffer.from('{}'),
    }));
    expect(await transport.publish(once)).toEqual(['confirmed', 'confirmed']);
    expect(injected).toEqual([]);
  });

  it('sends twice, with one outcome each', async () => {
    const { transport, got, step, count } = await open({ duplicateMessage: { rate: 1 } });
    expect(await transport.publish([step(1), step(2)])).toEqual(['confirmed', 'confirmed']);
    await count(4);
    expect(got.sort()).toEqual(['{"n":1}', '{"n":1}', '{"n":2}', '{"n":2}']);
  });

  it('delivers the one behind it first', async () => {
    const { transport, got, step, count } = await open({ reorderMessages: { rate: 1 } });
    await transport.publish([step(1), step(2)]);
    await count(2);
    expect(got).toEqual(['{"n":2}', '{"n":1}']);
  });

  it('holds deliveries back while nothing comes in, and lets them through when chaos ends', async () => {
    const { transport, agent, got, step, count } = await open({});
    agent.inbound.close(60_000);
    const published = transport.publish([step(1)]);
    await pause(20);
    expect(got).toEqual([]);
    agent.stop();
    expect(await published).toEqual(['confirmed']);
    await count(1);
  });
});
