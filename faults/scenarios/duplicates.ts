import { pause } from '../run.js';
import type { Scenario } from '../scenario.js';
import { Relay } from '../world/relay.js';

const partitions = 8;

export const duplicates: Scenario = {
  id: 'F16',
  title: 'messages twice, late and in another order',
  inject:
    'of what workers send to partitions 10 % come twice, 10 % up to 60 s late (10 s in the matrix), 10 % after the one behind them',
  mustHold: 'I3, I9, I11: each result is applied once',
  floors: { interrupted: 5, acknowledged: 0.9 },
  async run(run) {
    const { world } = run;
    await run.survives(() =>
      run.underLoad(async () => {
        await run.inFlight(10);
        const plan = {
          twice: 0.1,
          late: 0.1,
          swapped: 0.1,
          mostLateMs: run.scaled({ smoke: 5_000, matrix: 10_000, full: 60_000 }),
        };
        await run.fault('relay', async () => {
          await using relay = await Relay.open(world.broker.url, partitions, run.random.fork('relay'), plan);
          await pause(run.scaled({ smoke: 10_000, matrix: 30_000, full: 300_000 }));
          for (const [name, count] of Object.entries(relay.counts)) run.measure(`messages ${name}`, count, '');
          run.check(
            'relayed',
            relay.counts.passed,
            relay.counts.twice > 0 ? [] : ['expected messages that came twice, but there were none'],
          );
        });
      }),
    );
  },
};
