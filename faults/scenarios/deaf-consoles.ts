import { readFileSync } from 'node:fs';
import WebSocket from 'ws';
import type { ServerMessage } from '#libs/contracts';
import { type TestProcess, until } from '#libs/testing';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { inspectable, keptMiB } from '../world/kept-memory.js';

const textLength = 20_000;
/** Pings go out every 15 s; who has not answered the one before is cut. */
const cutWithinMs = 45_000;
const caughtUpWithinMs = 30_000;
/** MiB of each: what it has not read, and the page that came after that. */
const eachMost = 4;
/** MiB: of what has been sent nothing is kept. */
const restMost = 50;

const fat = (rounds: number) => ({
  name: 'faults.fat',
  version: '1.0.0',
  steps: [
    {
      ...{ id: 'round', type: 'repeat', until: `\${index == ${rounds - 1}}`, maxIterations: rounds },
      steps: [{ id: 'a', task: 'ledger.work', input: { output: '${input.text}' } }],
    },
  ],
  output: null,
});

export const deafConsoles: Scenario = {
  id: 'F37',
  title: 'consoles that never read',
  inject: 'consoles that open an instance of many MB and stop reading after its first message, half for 5 s, half for good, an hour of it with --full; one beside them reads',
  mustHold: 'I23, I24: the gateway keeps a bounded rest for each, cuts who stays deaf, and who reads again misses nothing',
  world: { envOf: { gateway: { NODE_OPTIONS: inspectable } } },
  floors: { interrupted: 0 },
  async run(run) {
    const { world } = run;
    const [count, rounds] = run.scaled({ smoke: [10, 200], matrix: [60, 600], full: [100, 600] } as const);
    await world.register([fat(rounds)]);
    const [gateway, url] = [world.processes('gateway')[0]!, world.cluster.url];
    const before = { kept: await keptMiB(gateway), resident: residentMiB(gateway) };
    await run.survives(() => run.underLoad(async () => {
      const { id } = await world.client.startInstance({ definition: 'faults.fat', input: { text: 'x'.repeat(textLength) } });
      run.own.set(id, 'completed');
      const seqOf = async (): Promise<number> => (await world.client.getInstance(id)).seq;
      await until(async () => ((await seqOf()) > rounds * 2 ? true : undefined), 300_000); // about half of it is there
      const reader = new Watcher(url, id, false);
      const deaf = Array.from({ length: count }, () => new Watcher(url, id, true));
      const again = deaf.slice(0, count / 2);
      try {
        await run.fault('deaf consoles', async () => {
          await until(() => (deaf.every((one) => one.seq > 0) ? true : undefined), caughtUpWithinMs);
          await pause(5_000); // everything that may be written to them is
          run.measure(`kept for ${count} deaf consoles`, (await keptMiB(gateway)) - before.kept, 'MiB', count * eachMost);
          const open = await openAt(url);
          run.check('deaf', 1, open > count ? [] : [`expected ${count + 1} consoles when it was looked at, but there were ${open}`]);
          run.measure('growth of the process with them', residentMiB(gateway) - before.resident, 'MiB');
          for (const one of again) one.read();
          await world.client.waitForInstance(id, { timeoutMs: 300_000 });
        });
        await caughtUp(run, 'the console that reads', [reader], await seqOf());
        await caughtUp(run, 'consoles that read again', again, await seqOf());
        await othersCut(run, url, again.length + 1);
        await pause(run.scaled({ smoke: 0, matrix: 0, full: 3_600_000 }));
        run.measure('kept when the others were cut', (await keptMiB(gateway)) - before.kept, 'MiB', restMost);
      } finally {
        for (const one of [reader, ...deaf]) one.close();
      }
    }));
  },
}; // prettier-ignore

/** Nothing in between may be missing: each message says after which event it goes on. */
async function caughtUp(run: Run, who: string, watchers: readonly Watcher[], seq: number): Promise<void> {
  const begun = monoMs();
  await until(() => (watchers.every((one) => one.seq >= seq) ? true : undefined), caughtUpWithinMs);
  run.measure(`${who}: all there after`, monoMs() - begun, 'ms');
  const behind = watchers.filter((one) => one.seq < seq);
  const gaps = watchers.flatMap(({ gaps }) => gaps);
  run.check('I23', watchers.length, [
    ...behind.map((one) => `${who}: one has come to event ${one.seq} of ${seq}`),
    ...gaps.map((gap) => `${who}: ${gap}`),
  ]);
}

/** What the gateway itself says: a socket that is not read does not hear that it was closed. */
async function othersCut(run: Run, url: string, most: number): Promise<void> {
  const begun = monoMs();
  const isCut = await until(async () => ((await openAt(url)) <= most ? true : undefined), cutWithinMs);
  run.measure('those that stay deaf are cut after', monoMs() - begun, 'ms', cutWithinMs);
  run.check('cut', 1, isCut ? [] : [`expected at most ${most} live connections, but there are ${await openAt(url)}`]);
}

const openAt = async (url: string): Promise<number> =>
  Number(/^orquestrax_ws_clients\S* (\d+)/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1]);

function residentMiB({ pid }: TestProcess): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0') / 1_024;
}

/** A console on one instance. A deaf one takes the first message, and nothing more from its socket; one that reads comes back when it is cut. */
class Watcher {
  seq = 0;
  readonly gaps: string[] = [];
  private socket: WebSocket;
  private isOver = false;

  constructor(
    private readonly url: string,
    private readonly id: string,
    private isDeaf: boolean,
  ) {
    this.socket = this.open();
  }

  read(): void {
    this.isDeaf = false;
    if (this.socket.readyState === WebSocket.CLOSED) this.socket = this.open();
    else this.socket.resume();
  }

  close(): void {
    this.isOver = true;
    this.socket.terminate();
  }

  private open(): WebSocket {
    const socket = new WebSocket(`${this.url.replace(/^http/, 'ws')}/live`, { maxPayload: 256 * 1_048_576 });
    socket.on('open', () => socket.send(JSON.stringify({ subscribe: 'instance', id: this.id, since: this.seq })));
    socket.on('message', (raw) => this.take(JSON.parse(String(raw)) as ServerMessage));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!this.isDeaf && !this.isOver) this.socket = this.open();
    });
    return socket;
  }

  private take(message: ServerMessage): void {
    if (!('topic' in message) || message.topic !== 'instance') return;
    if (message.after > this.seq) this.gaps.push(`after event ${this.seq} came one that goes on after ${message.after}`);
    this.seq = Math.max(this.seq, message.seq);
    if (this.isDeaf) this.socket.pause();
  }
}
