import { setImmediate as turn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { controlQueueSpec, type Transport } from '#libs/messaging';
import { BrokerListener } from './broker-listener.js';

describe('BrokerListener', () => {
  const spec = controlQueueSpec('listener');
  const deleted: string[] = [];
  let declared: PromiseWithResolvers<boolean>;
  const consume = jest.fn<Transport['consume']>();
  const transport = {
    connect: () => Promise.resolve(),
    declareExchanges: () => Promise.resolve(),
    declareQueue: () => declared.promise,
    deleteQueue: (name: string) => Promise.resolve(void deleted.push(name)),
    consume,
  } as unknown as Transport;
  const listener = (of = spec): BrokerListener =>
    new BrokerListener(transport, of, { prefetch: 1, onDelivery: () => undefined, onTrouble: () => undefined });

  beforeEach(() => {
    deleted.splice(0);
    consume.mockReset();
    declared = Promise.withResolvers<boolean>();
  });

  it('takes its own queue away again when it is closed while that is declared', async () => {
    const closed = listener();
    closed.open();
    await turn();
    await closed.close();
    declared.resolve(true);
    await turn();
    expect(deleted).toEqual([spec.name]);
    expect(consume).not.toHaveBeenCalled();
  });

  it('takes its own queue away again when it cannot be consumed, and never a shared one', async () => {
    consume.mockRejectedValue(new Error('refused'));
    declared.resolve(true);
    const opened = [listener(), listener({ ...spec, name: 'shared', life: 'shared' })];
    for (const each of opened) each.open();
    await turn();
    for (const each of opened) await each.close();
    expect(deleted).toEqual([spec.name]);
  });
});
