import { pino } from 'pino';
import { stepQueue } from '#libs/contracts';
import { MemoryBroker, MemoryTransport } from '#libs/messaging';
import { TaskRegistry } from '../handlers/task-registry.js';
import { Worker, type WorkerOptions } from '../worker/worker.js';
import { ManualClock } from './manual-clock.js';
import { ScriptedOwner } from './scripted-owner.js';
import { ScriptedTransport } from './scripted-transport.js';

export const workerId = 'worker-1';

/** A worker on an in-process broker with a scripted owner, both connected. */
export interface Harness {
  readonly broker: MemoryBroker;
  readonly connection: MemoryTransport;
  readonly transport: ScriptedTransport;
  readonly owner: ScriptedOwner;
  readonly ownerTransport: MemoryTransport;
  readonly clock: ManualClock;
  readonly worker: Worker;
  /** Commands in a step queue, unacknowledged ones not counted. */
  ready(task: string): Promise<number>;
  close(): Promise<void>;
}

export async function startWorker(
  register: (registry: TaskRegistry) => void,
  options: Partial<WorkerOptions> & { readonly declared?: boolean } = {},
): Promise<Harness> {
  const broker = new MemoryBroker();
  const [connection, ownerTransport] = [new MemoryTransport({ broker }), new MemoryTransport({ broker })];
  const transport = new ScriptedTransport(connection);
  const registry = new TaskRegistry();
  register(registry);
  const owner = new ScriptedOwner(ownerTransport);
  await owner.open(options.declared === false ? [] : registry.all().map((each) => each.task));
  await connection.connect();
  const clock = new ManualClock();
  const worker = new Worker({ id: workerId, transport, registry, logger: pino({ level: 'silent' }), clock, ...options });
  await worker.start();
  return {
    broker,
    connection,
    transport,
    owner,
    ownerTransport,
    clock,
    worker,
    ready: async (task) => (await ownerTransport.queueDepth(stepQueue('default', task)))?.ready ?? 0,
    close: async () => {
      transport.partitionsAnswer(undefined);
      await connection.close();
      await ownerTransport.close();
    },
  };
}

/** A handler that ends when the test says so. */
export function gate<T = unknown>(): {
  readonly begun: Promise<void>;
  readonly count: () => number;
  readonly open: (value: T) => void;
  readonly wait: () => Promise<T>;
} {
  let begin!: () => void;
  let open!: (value: T) => void;
  let count = 0;
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const opened = new Promise<T>((resolve) => (open = resolve));
  return { begun, open, count: () => count, wait: () => ((count += 1), begin(), opened) };
}

/** Resolves after so many turns of the event loop: long enough for in-process messages to arrive. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
