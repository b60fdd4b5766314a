import { monoMs } from '../ledger/ledger-record.js';
import { pause } from '../run.js';
import type { Scenario } from '../scenario.js';

/** The broker takes some seconds to come up; then everybody is to be at work again within this. */
const workAgainMs = 10_000;

export const brokerKilled: Scenario = {
  id: 'F7',
  title: 'RabbitMQ killed and started again',
  inject: 'kill -9 of the node under load, started again at once; three times',
  mustHold: 'I8, I18: consumers, prefetch and confirms are there again',
  isSmoke: true,
  floors: { interrupted: 10, restarted: ['broker'] },
  async run(run) {
    const { world } = run;
    const rounds = run.scaled({ smoke: 1, matrix: 3, full: 10 });
    await run.underLoad(async () => {
      for (let round = 0; round < rounds; round += 1) {
        await run.inFlight(10);
        await run.outage('broker', 'kill -9 RabbitMQ', () => world.broker.kill());
        const upAt = monoMs();
        await world.ledger.reached('a step after the broker came back', () => world.ledger.lastAtMs > upAt);
        run.measure(`first step after restart ${round + 1}`, world.ledger.lastAtMs - upAt, 'ms', workAgainMs);
        await pause(run.random.between(1_000, 3_000));
      }
    });
  },
};
