import type { ConsumeMessage } from 'amqplib';
import { ProcessGroup } from '#libs/testing';
import { chainOf } from '../definitions.js';
import { idleName, timesOf } from '../workloads.js';
import { chainCommits, type FloorCommit } from './chain-rows.js';
import { bodyOf, FloorBroker, type FloorItem, names } from './floor-broker.js';
import { type FloorMove, FloorStore } from './floor-store.js';
import { batchSize, type Floor, lanes } from './floor.js';

/** Commands and completions that travel together. */
const envelope = 50;

interface Instance {
  readonly bucket: number;
  readonly lane: number;
  readonly commits: readonly FloorCommit[];
  /** Commits written. */
  done: number;
}

/** The owner's half of a bare pump: drains what has arrived, commits it in one statement, publishes what follows, acknowledges when confirmed. */
class Pump {
  private readonly instances = new Map<string, Instance>();
  private readonly arrived: ConsumeMessage[][] = Array.from({ length: lanes }, () => []);
  private readonly isBusy: boolean[] = [];
  /** Of the run under way: not ended, or not even started. */
  private left = 0;
  private failed: (error: Error) => void = () => undefined;
  private ended: () => void = () => undefined;

  constructor(
    private readonly store: FloorStore,
    private readonly broker: FloorBroker,
  ) {}

  async open(): Promise<this> {
    await this.broker.consume(names.owner, 500, (message) => {
      const [first] = bodyOf<{ items: FloorItem[] }>(message).items;
      const lane = this.instances.get(first?.instanceId ?? '')?.lane ?? 0;
      this.arrived[lane]?.push(message);
      void this.drain(lane).catch(this.failed);
    });
    return this;
  }

  /** Resolves when every one of them has ended. */
  async run(length: number, count: number, answer: (() => Promise<void>) | undefined): Promise<void> {
    const { name } = chainOf(length);
    const commits = chainCommits(length, name);
    const end = new Promise<void>((resolve, reject) => ([this.ended, this.failed] = [resolve, reject]));
    let left = (this.left = count);
    const start = async (lane: number): Promise<void> => {
      while (left > 0) {
        const size = Math.min(batchSize, left);
        left -= size;
        const rows = await this.store.start(size, name, length);
        for (const { id, bucket } of rows) this.instances.set(id, { bucket, lane, commits, done: 0 });
        const hints = rows.map(({ id }) => ({ kind: 'hint', instanceId: id }));
        await Promise.all(inEnvelopes(hints).map((items) => this.broker.publish(names.owner, partition(items))));
      }
    };
    await Promise.all(Array.from({ length: lanes }, (_, lane) => start(lane)));
    await end;
    await answer?.();
  }

  private async drain(lane: number): Promise<void> {
    if (this.isBusy[lane]) return;
    this.isBusy[lane] = true;
    for (let messages = this.take(lane); messages.length > 0; messages = this.take(lane)) await this.settle(lane, messages);
    this.isBusy[lane] = false;
    if (this.left === 0) this.ended();
  }

  private take(lane: number): ConsumeMessage[] {
    return this.arrived[lane]?.splice(0, batchSize / envelope) ?? [];
  }

  private async settle(lane: number, messages: readonly ConsumeMessage[]): Promise<void> {
    const moves = messages
      .flatMap((message) => bodyOf<{ items: FloorItem[] }>(message).items)
      .map(({ instanceId }) => this.move(instanceId));
    await this.store.commit(lane, moves);
    const commands = moves.flatMap((move) => commandAfter(move) ?? []);
    const sent = inEnvelopes(commands).map((items) =>
      this.broker.publish(names.steps, { v: 1, tenant: 'main', kind: 'steps', items }),
    );
    // The next batch is written while the broker confirms these.
    void Promise.all(sent).then(() => messages.forEach((message) => this.broker.ack(message)), this.failed);
  }

  private move(id: string): FloorMove {
    const instance = this.instances.get(id);
    const commit = instance?.commits[instance.done];
    if (instance === undefined || commit === undefined) throw new Error(`expected ${id} to be open in the floor, but it is not`);
    instance.done += 1;
    if (commit.next === null) {
      this.instances.delete(id);
      this.left -= 1;
    }
    return { id, bucket: instance.bucket, commit };
  }
}

const partition = (items: readonly object[]): object => ({ v: 1, tenant: 'main', kind: 'partition', items });

function commandAfter({ id, commit: { next } }: FloorMove): object | undefined {
  if (next === null) return undefined;
  const { token, path } = next;
  const key = `${id}/1/${path}/0`;
  const task = { task: 'echo', queue: 'default', input: { ok: true }, idempotencyKey: key, timeoutMs: 600_000, claimed: false };
  const definition = { delivery: 1, definition: 'bench.chain-5', version: '1.0.0' };
  return { instanceId: id, partition: 0, token, path, attempt: 1, ...task, ...definition };
}

const inEnvelopes = <T>(items: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(items.length / envelope) }, (_, i) => items.slice(i * envelope, (i + 1) * envelope));

/** The database loop, and between its commits the messages of the product through a worker process and back. */
export async function clusterFloor(databaseUrl: string, amqpUrl: string, profile: 'durable' | 'latency'): Promise<Floor> {
  await using stack = new AsyncDisposableStack();
  const store = stack.use(await FloorStore.open(databaseUrl, lanes));
  const broker = stack.use(await FloorBroker.open(amqpUrl, profile === 'durable'));
  const group = stack.use(new ProcessGroup());
  const worker = await group.start({
    name: 'pump worker',
    entry: 'dist/bench/floors/pump-worker.js',
    args: [amqpUrl, profile],
    readyLine: /ready/,
  });
  const pump = await new Pump(store, broker).open();
  let answered: () => void = () => undefined;
  await broker.consume(names.answers, 100, () => answered(), true);
  /** What tells the caller's gateway: transient, as the product's live deltas. */
  const answer = async (): Promise<void> => {
    const heard = new Promise<void>((resolve) => (answered = resolve));
    await Promise.all([broker.publish(names.answers, { v: 1, tenant: 'main', kind: 'heads', items: [] }, false), heard]);
  };
  const all = stack.move();
  return {
    roots: [{ name: 'pump', pid: worker.pid ?? 0 }],
    async manyChains(chains) {
      const begun = performance.now();
      await pump.run(5, chains, undefined);
      return { workload: 'W1', steps: chains * 5, ms: [performance.now() - begun] };
    },
    async oneAtATime(length, count) {
      const ms = await timesOf(count, () => pump.run(length, 1, answer));
      return { workload: idleName(length), steps: length * count, ms };
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}
