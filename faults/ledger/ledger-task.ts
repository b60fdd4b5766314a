import { pbkdf2Sync } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { defineExtension } from '#libs/extension-sdk';
import type { TaskContext } from '#libs/worker-sdk';
import { type LedgerKind, monoMs } from './ledger-record.js';
import { onLines } from './lines.js';

/** Input of the task `ledger.work`. */
export interface LedgerWork {
  /** How long it takes between its begin and its effect. Default 0. */
  readonly ms?: number;
  /** Fails, without an effect. */
  readonly fail?: boolean;
  /** Fails in so many attempts, and works then. */
  readonly failTimes?: number;
  /** Passed through. */
  readonly output?: unknown;
}

/** The worker's connection to the ledger; answers come in the order of what was sent. */
class LedgerConnection {
  private socket: Socket | undefined;
  private waiting: { resolve: (isFirst: boolean) => void; reject: (error: Error) => void }[] = [];

  constructor(private readonly port: number) {}

  /** Resolves when it is on disk. @returns whether it is the first effect with its key */
  record(kind: LedgerKind, { instanceId, path, attempt, delivery, idempotencyKey }: TaskContext): Promise<boolean> {
    const times = { worker: process.pid, monoMs: monoMs(), wallMs: Date.now() };
    const line = JSON.stringify({ kind, instance: instanceId, path, attempt, delivery, key: idempotencyKey, ...times });
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.open().write(`${line}\n`);
    });
  }

  close(): void {
    this.socket?.destroy();
  }

  private open(): Socket {
    if (this.socket !== undefined) return this.socket;
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    this.socket = socket;
    onLines(socket, (answer) => this.waiting.shift()?.resolve(answer === '1'));
    socket.on('error', () => undefined).on('close', () => {
      this.socket = undefined;
      for (const { reject } of this.waiting.splice(0)) reject(new Error('the ledger is not there'));
    }); // prettier-ignore
    return socket;
  }
}

const ledger = new LedgerConnection(Number(process.env['FAULTS_LEDGER_PORT']));

async function run({ ms = 0, fail = false, failTimes = 0, output = null }: LedgerWork, context: TaskContext): Promise<unknown> {
  await ledger.record('begin', context);
  try {
    if (ms > 0) await delay(ms, undefined, { signal: context.signal });
  } catch (error) {
    await ledger.record('aborted', context);
    throw error;
  }
  if (fail || context.attempt <= failTimes) {
    await ledger.record('failed', context);
    if (fail) return context.fail('REFUSED', 'it was asked to fail');
    return context.retryableFailure('REFUSED', 'it was asked to fail for now');
  }
  await ledger.record('effect', context);
  return output;
}

async function big({ bytes }: { bytes: number }, context: TaskContext): Promise<string> {
  await ledger.record('begin', context);
  await ledger.record('effect', context);
  return 'x'.repeat(bytes);
}

/** User code at its worst: what does not end by itself, ends its process, or holds up everybody in it. */
const hostile: Readonly<Record<string, (input: LedgerWork, context: TaskContext) => unknown>> = {
  never: () => new Promise(() => undefined), // and deaf to its signal
  null: () => Promise.reject(null),
  block: async ({ ms = 0 }, context) => {
    await ledger.record('begin', context);
    for (const end = performance.now() + ms; performance.now() < end;) pbkdf2Sync('a', 'b', 10_000, 64, 'sha512');
    await ledger.record('effect', context);
    return null;
  },
  spin: () => {
    for (;;);
  },
  hoard: () => {
    for (const kept: unknown[] = []; ;) kept.push(new Array(100_000).fill(kept.length));
  },
  exit: () => process.exit(3),
  reject: () => {
    void Promise.reject(new Error('nobody waits for this'));
    return new Promise(() => undefined);
  },
};

/** The tasks of the fault harness; workers load this file. */
export default defineExtension({
  name: 'faults',
  tasks: [
    { name: 'ledger.work', description: 'Takes a while and is written down outside.', run },
    { name: 'ledger.big', description: 'Returns so many bytes.', run: big },
    ...Object.entries(hostile).map(([name, run]) => ({ name: `ledger.${name}`, description: 'Behaves badly.', run })),
  ],
  close: () => Promise.resolve(ledger.close()),
});
