import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { freePort, type ProcessGroup } from '#libs/testing';
import type { LedgerRecord } from './ledger-record.js';
import { onLines } from './lines.js';

/** One run of a handler, from its begin to what became of it. */
export interface Execution {
  readonly instance: string;
  readonly path: string;
  readonly attempt: number;
  readonly delivery: number;
  readonly key: string;
  readonly worker: number;
  readonly beganAtMs: number;
  /** Absent: nothing more was heard of it. */
  end?: 'effect' | 'failed' | 'aborted';
  endedAtMs?: number;
  isApplied?: boolean;
}

const nameOf = ({ instance, path, attempt, delivery, worker }: LedgerRecord): string =>
  `${instance} ${path} ${attempt} ${delivery} ${worker}`;

/** The ledger as the harness sees it: its process, and all that it has written down so far. */
export class Ledger implements Disposable {
  readonly executions: Execution[] = [];
  /** Begun and not ended, by name. */
  private readonly open = new Map<string, Execution>();
  private readonly watchers = new Set<() => void>();
  /** CLOCK_MONOTONIC of the last record. */
  lastAtMs = 0;

  private constructor(
    readonly port: number,
    private readonly socket: Socket,
  ) {
    onLines(socket, (line) => this.take(JSON.parse(line) as LedgerRecord));
  }

  static async start(group: ProcessGroup, folder: string): Promise<Ledger> {
    const port = await freePort();
    const args = [join(folder, 'ledger.jsonl'), String(port)];
    await group.start({ name: 'ledger', entry: 'dist/faults/ledger/main.js', args, readyLine: /^ledger ready$/ });
    const socket = connect({ port, host: '127.0.0.1' });
    await once(socket, 'connect');
    socket.on('error', () => undefined).write('watch\n');
    return new Ledger(port, socket);
  }

  /** Executions under way, of one worker process or of all. */
  running(worker?: number): Execution[] {
    return [...this.open.values()].filter((one) => worker === undefined || one.worker === worker);
  }

  /** Nothing more can come from a process that is dead. */
  forget(worker: number): void {
    for (const [name, one] of this.open) if (one.worker === worker) this.open.delete(name);
  }

  /** Resolves as soon as a condition on the records holds. @throws Error after `timeoutMs` */
  async reached(what: string, holds: () => boolean, timeoutMs = 60_000): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
      };
      const look = (): void => {
        if (!holds()) return;
        done();
        resolve();
      };
      const timer = setTimeout(() => {
        done();
        reject(new Error(`expected ${what} in the ledger within ${timeoutMs} ms, but it did not come`));
      }, timeoutMs);
      this.watchers.add(look);
      look();
    });
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  private take(record: LedgerRecord): void {
    this.lastAtMs = record.atMs;
    const name = nameOf(record);
    if (record.kind === 'begin') {
      const { instance, path, attempt, delivery, key, worker, monoMs } = record;
      const execution: Execution = { instance, path, attempt, delivery, key, worker, beganAtMs: monoMs };
      this.executions.push(execution);
      this.open.set(name, execution);
    } else {
      const execution =
        this.open.get(name) ?? this.executions.findLast((one) => one.instance === record.instance && one.path === record.path);
      this.open.delete(name);
      if (execution !== undefined)
        Object.assign(execution, { end: record.kind, endedAtMs: record.monoMs, isApplied: record.isApplied });
    }
    for (const look of this.watchers) look();
  }
}
