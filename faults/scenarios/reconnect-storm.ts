import { TcpProxy } from '#libs/testing';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { Consoles } from '../world/consoles.js';

const backWithinMs = 60_000;
const lookEveryMs = 100;
/** With waits that have grown to 2.5 to 5 s, at most two tries in as long, and one more for the edge. */
const triesMost = 3;
const grownMs = 7_000;

export const reconnectStorm: Scenario = {
  id: 'F30',
  title: 'everybody connects again at once',
  inject: 'a thousand consoles (300 in the matrix) of one gateway: connected and cut at once for a while; then it is killed and started again; then RabbitMQ closes every connection of the services at once (those of the world, not fifty workers: as processes they are more than one machine carries)',
  mustHold: 'tries come at growing, scattered intervals, which a connection that dies at once does not reset; every console has the truth again',
  floors: { faults: 3, interrupted: 0, restarted: ['gateway'] },
  async run(run) {
    const { cluster, broker, ledger } = run.world;
    const gateway = run.world.processes('gateway')[0]!;
    await using door = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(cluster.url).port) });
    using consoles = new Consoles(door.through(cluster.url), run.scaled({ smoke: 100, matrix: 300, full: 1_000 }));
    await run.underLoad(async () => {
      await consoles.fresh(1, backWithinMs);
      await dyingAtOnce(run, door, consoles);
      const killedMs = monoMs();
      const killed = run.killAndRestart(gateway);
      run.measure('connects in a second, most, from the kill on', await mostInASecond(door, killed), '');
      await consoles.fresh(killedMs, backWithinMs);
      run.measure('all consoles are back after the kill', monoMs() - killedMs, 'ms', backWithinMs);
      const closedMs = monoMs();
      await run.fault('all connections to RabbitMQ closed', () => broker.ctl('close_all_connections', 'a storm'));
      await ledger.reached('a step after that', () => ledger.executions.at(-1)!.beganAtMs > closedMs + 1_000);
      run.measure('first step after RabbitMQ closed all connections', ledger.executions.at(-1)!.beganAtMs - closedMs, 'ms', 15_000);
    });
  },
}; // prettier-ignore

/** The gateway takes them and they die: when the waits have grown, there are few tries. */
async function dyingAtOnce(run: Run, door: TcpProxy, consoles: Consoles): Promise<void> {
  const lookMs = 5_000;
  const untilMs = monoMs() + grownMs + lookMs;
  let grown: number | undefined;
  await run.fault('connections that die at once', async () => {
    while (monoMs() < untilMs) {
      door.cut();
      await pause(lookEveryMs);
      if (grown === undefined && monoMs() > untilMs - lookMs) grown = door.accepted;
    }
    door.cut(); // who came after the last one has the truth already
  });
  run.measure('tries of a console in 5 s, when connections have died at once for 7 s', (door.accepted - grown!) / consoles.count, '', triesMost);
  const healedMs = monoMs();
  await consoles.fresh(healedMs, backWithinMs);
  run.measure('all consoles are back after that', monoMs() - healedMs, 'ms', 15_000);
} // prettier-ignore

/** While `action` lasts, and for 5 s more. */
async function mostInASecond(door: TcpProxy, action: Promise<void>): Promise<number> {
  let most = 0;
  let endMs = Infinity;
  const ended = action.then(() => (endMs = monoMs() + 5_000));
  const seen: number[] = [];
  while (monoMs() < endMs) {
    seen.push(door.accepted);
    most = Math.max(most, seen.at(-1)! - (seen.at(-1 - 1_000 / lookEveryMs) ?? seen[0]!));
    await pause(lookEveryMs);
  }
  await ended;
  return most;
}
