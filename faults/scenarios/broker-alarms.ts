import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';

/** RabbitMQ blocks whoever publishes; consumers go on. */
async function alarm(run: Run, name: string, set: string[], clear: string[], forMs: number): Promise<void> {
  const { broker } = run.world;
  const fromMs = monoMs();
  await run.fault(name, async () => {
    await broker.ctl(...set);
    await pause(forMs);
    await broker.ctl(...clear);
  });
  const clearedMs = monoMs();
  run.measureCalls(`during the ${name}`, fromMs, clearedMs);
  await run.world.ledger.reached(`a step after the ${name}`, () => run.world.ledger.executions.at(-1)!.beganAtMs > clearedMs);
  run.measure(`first step after the ${name}`, monoMs() - clearedMs, 'ms', 15_000);
}

export const brokerAlarms: Scenario = {
  id: 'F12',
  title: 'memory and disk alarms of RabbitMQ',
  inject: 'watermark 0.0001, then more free disk demanded than there is; 60 s each (15 s in the matrix)',
  mustHold: 'I8, I25: bounded buffers, no call hangs, consumers go on acknowledging',
  floors: { faults: 2, interrupted: 10 },
  async run(run) {
    const forMs = run.scaled({ smoke: 8_000, matrix: 15_000, full: 60_000 });
    await run.survives(() =>
      run.underLoad(async () => {
        await run.inFlight(10);
        await alarm(
          run,
          'memory alarm',
          ['set_vm_memory_high_watermark', '0.0001'],
          ['set_vm_memory_high_watermark', '0.4'],
          forMs,
        );
        await run.inFlight(5);
        await alarm(run, 'disk alarm', ['set_disk_free_limit', '1000000GB'], ['set_disk_free_limit', '50MB'], forMs);
      }),
    );
  },
};

const steps = 20;
const slow = (ms: number) => ({
  name: 'faults.slow',
  version: '1.0.0',
  steps: Array.from({ length: steps }, (_, i) => ({ id: `s${i + 1}`, needs: [], task: 'ledger.work', input: { ms } })),
  output: null,
});

export const acknowledgementTimeout: Scenario = {
  id: 'F13',
  title: 'RabbitMQ loses patience with a consumer',
  inject: 'consumer_timeout of 60 s (8 s in the matrix) with steps that take one and a half times as long',
  mustHold: 'I3, I5: the channel ends (406), everybody comes back, nothing is applied twice',
  floors: { interrupted: steps, acknowledged: 0 },
  async run(run) {
    const { world } = run;
    const timeoutMs = run.scaled({ smoke: 5_000, matrix: 8_000, full: 60_000 });
    await run.fault('consumer_timeout', async () => {
      // looked at once a tick of a channel, whose length a channel takes when it opens
      await world.broker.ctl(
        'eval',
        `application:set_env(rabbit, consumer_timeout, ${timeoutMs}), application:set_env(rabbit, channel_tick_interval, 1000).`,
      );
      await world.broker.ctl('close_all_connections', 'new ticks');
      await world.register([slow(timeoutMs * 1.5)]);
      const { id } = await world.client.startInstance({ definition: 'faults.slow' });
      run.own.set(id, 'completed');
      await run.inFlight(steps);
      run.faults.push({
        name: 'steps longer than consumer_timeout',
        fromMs: monoMs(),
        toMs: monoMs(),
        interrupted: world.ledger.running().length,
      });
      await world.client.waitForInstance(id, { timeoutMs: 6 * timeoutMs + 60_000 });
    });
    const connections = await world.broker.ctl('list_consumers', 'queue_name', '--no-table-headers');
    run.measure('consumers afterwards', connections.split('\n').filter((line) => line !== '').length, '');
    run.measure('executions of the slow steps', world.ledger.executions.length, '');
  },
};
