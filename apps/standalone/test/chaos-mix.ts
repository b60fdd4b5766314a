import type { OrquestraClient } from '#libs/client';
import type { InstanceStatus } from '#libs/engine';

interface Kind {
  readonly name: string;
  readonly steps: readonly object[];
  /** How an instance of it ends, with chaos or without. */
  readonly ends: InstanceStatus;
  readonly hasEvent?: true;
}

const echo = (id: string, rest: object = {}): object => ({ id, task: 'echo', input: { id }, retry: { maxAttempts: 1 }, ...rest });
const booked = (id: string): object => echo(id, { compensate: { task: 'echo', input: { undo: id }, retry: { maxAttempts: 1 } } });
const declined = { failTimes: 1_000, failWith: { code: 'DECLINED', message: 'on purpose', retryable: false } };

/** A mix in which no step has an attempt to spare: were an injected fault to use one up, its instance would end otherwise. */
const kinds: readonly Kind[] = [
  { name: 'chaos.chain', ends: 'completed', steps: ['a', 'b', 'c', 'd', 'e'].map((id) => echo(id)) },
  {
    name: 'chaos.fan-out',
    ends: 'completed',
    steps: [{ id: 'each', type: 'forEach', items: [1, 2, 3, 4, 5, 6, 7, 8], steps: [echo('one')] }, echo('join')],
  },
  {
    name: 'chaos.saga',
    ends: 'compensated',
    steps: [booked('flight'), booked('hotel'), { id: 'payment', task: 'simulate', input: declined, retry: { maxAttempts: 1 } }],
  },
  { name: 'chaos.timer', ends: 'completed', steps: [echo('before'), { id: 'nap', type: 'sleep', for: '1s' }, echo('after')] },
  {
    name: 'chaos.event',
    ends: 'completed',
    hasEvent: true,
    steps: [{ id: 'wait', type: 'event', names: ['go'] }, echo('after')],
  },
  { name: 'chaos.once', ends: 'completed', steps: [echo('a'), echo('b', { effect: 'atMostOnce' })] },
];

/** What was started, and how each has to end. */
export type Started = Map<string, InstanceStatus>;

export async function registerMix(client: OrquestraClient): Promise<void> {
  for (const { name, steps } of kinds) await client.registerDefinition({ document: { name, version: '1.0.0', steps } });
}

/** Starts one of each kind, again and again, until told otherwise. What could not be started or told is tried again with the same keys. */
export async function runMix(client: OrquestraClient, isOver: () => boolean, started: Started = new Map()): Promise<Started> {
  for (let round = 0; !isOver(); round += 1) {
    await Promise.all(
      kinds.map(async ({ name, ends, hasEvent }) => {
        const { id } = await insist(() =>
          client.startInstance({ definition: name, key: `${name}-${round}` }, { idempotencyKey: `${name}-${round}` }),
        );
        started.set(id, ends);
        if (hasEvent)
          await insist(() =>
            client.sendEventToInstance(id, { name: 'go', id: `go-${id}` }, { waitMs: 0, idempotencyKey: `go-${id}` }),
          );
      }),
    );
  }
  return started;
}

/** Instances that ended otherwise than they should have. */
export async function wronglyEnded(client: OrquestraClient, started: Started, timeoutMs: number): Promise<string[]> {
  const deadline = performance.now() + timeoutMs;
  const wrong: string[] = [];
  for (const [id, ends] of started) {
    const leftMs = Math.max(1, deadline - performance.now());
    const { status, definition, error } = await client
      .waitForInstance(id, { timeoutMs: leftMs })
      .catch(() => client.getInstance(id) as ReturnType<OrquestraClient['waitForInstance']>);
    if (status !== ends) wrong.push(`${definition} ${id}: ${status} ${JSON.stringify(error ?? null)}`);
  }
  return wrong;
}

/** Doors answer 503 while chaos has cut the database: the same request again. */
async function insist<T>(request: () => Promise<T>, triesLeft = 20): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (triesLeft === 0) throw error;
    return insist(request, triesLeft - 1);
  }
}
