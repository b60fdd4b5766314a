import { setTimeout as delay } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { Answer, Caller } from '../history/caller.js';
import type { Random } from '../random.js';
import { chosen, mix, type MixEntry, type MixKind, signalsEach } from './definitions.js';

/** What a client wants: one instance. */
export interface Operation {
  readonly op: string;
  readonly entry: MixEntry;
  /** As acknowledged. */
  instance?: string;
}

export interface WorkloadOptions {
  readonly caller: Caller;
  /** Gateways that clients know of; each repeat of a call goes to the next. */
  readonly origins: readonly string[];
  readonly random: Random;
  /** Only these of the mix. */
  readonly kinds?: readonly MixKind[];
  /** Of a step, drawn between these. Default 5 … 60. */
  readonly stepMs?: readonly [number, number];
}

export interface Load {
  /** Default: without end, until `signal`. */
  readonly starts?: number;
  /** Starts a second, as long as the gateways keep up; default: as fast as `clients` can. */
  readonly perSecond?: number;
  /** Calls at once. Default 16. */
  readonly clients?: number;
  /** Ends it: what is under way is still repeated until it is answered. */
  readonly signal?: AbortSignal;
}

/** Of 100 acknowledged starts so many are sent again as they were, and so many with the same key and another body. */
const repeatedShare = 0.04;
const conflictShare = 0.02;

/** Clients that start the mix of instances and send the events they wait for. They repeat what they do not know the outcome of. */
export class Workload {
  readonly operations: Operation[] = [];
  private readonly followUps = new Set<Promise<void>>();
  private turn = 0;

  constructor(private readonly options: WorkloadOptions) {}

  get acknowledged(): Operation[] {
    return this.operations.filter(({ instance }) => instance !== undefined);
  }

  /** Resolves when so many starts are acknowledged or given up. */
  async start({ starts = Number.POSITIVE_INFINITY, perSecond, clients = 16, signal }: Load): Promise<void> {
    let left = starts;
    const begun = performance.now();
    let sent = 0;
    const client = async (): Promise<void> => {
      while (left-- > 0 && !signal?.aborted) {
        const dueMs = perSecond === undefined ? 0 : (sent++ * 1_000) / perSecond - (performance.now() - begun);
        if (dueMs > 0) await delay(dueMs);
        await this.startOne();
      }
    };
    await Promise.all(Array.from({ length: clients }, client));
  }

  /** Resolves when all that follows from acknowledged starts is acknowledged too. */
  async settled(timeoutMs: number): Promise<void> {
    const limit = delay(timeoutMs, 'late' as const, { ref: false });
    while (this.followUps.size > 0) if ((await Promise.race([...this.followUps, limit])) === 'late') return;
  }

  private async startOne(): Promise<void> {
    const { random, kinds, stepMs = [5, 60] } = this.options;
    const entries = kinds === undefined ? mix : mix.filter(({ kind }) => kinds.includes(kind));
    const entry = chosen(random.next(), entries);
    const operation: Operation = { op: `op-${this.operations.length + 1}`, entry };
    this.operations.push(operation);
    const input = { ms: random.whole(...stepMs), restMs: `${random.whole(1_000, 5_000)}ms` };
    const [again, conflict] = [random.next() < repeatedShare, random.next() < conflictShare];
    const idempotencyKey = uuidv7();
    const body = { definition: `faults.${entry.kind}`, input, tags: { op: operation.op } };
    const answer = await this.untilKnown('start', operation.op, '/instances', body, idempotencyKey, 20_000);
    if (answer.knowledge !== 'ok') return;
    operation.instance = answer.body?.['id'] as string;
    if (entry.kind === 'signal') this.follow(this.sendSignals(operation));
    if (again) await this.call('start', operation.op, '/instances', body, idempotencyKey);
    if (conflict)
      await this.call('start', operation.op, '/instances', { ...body, input: { ...input, ms: input.ms + 1 } }, idempotencyKey);
  }

  /** One after the other, each as soon as the one before was acknowledged. */
  private async sendSignals({ op, instance }: Operation): Promise<void> {
    for (let n = 1; n <= signalsEach; n += 1) {
      const body = { name: 'go', payload: n, id: `${op}-${n}` };
      const answer = await this.untilKnown('event', `${op}-${n}`, `/instances/${instance}/events`, body, uuidv7(), 300_000);
      if (answer.knowledge !== 'ok') return;
    }
  }

  private follow(work: Promise<void>): void {
    this.followUps.add(work);
    void work.finally(() => this.followUps.delete(work));
  }

  /** Repeats it with the same key, to the gateways in turn, until it is answered 2xx or refused for good. */
  private async untilKnown(
    kind: 'start' | 'event',
    op: string,
    path: string,
    body: unknown,
    key: string,
    withinMs: number,
  ): Promise<Answer> {
    const deadline = performance.now() + withinMs;
    for (let wait = 20; ; wait = Math.min(1_000, wait * 2)) {
      const answer = await this.call(kind, op, path, body, key);
      if (isFinal(answer) || performance.now() > deadline) return answer;
      await delay(answer.retryAfterMs === undefined ? wait : Math.min(2_000, answer.retryAfterMs));
    }
  }

  private call(kind: 'start' | 'event', op: string, path: string, body: unknown, idempotencyKey: string): Promise<Answer> {
    const { caller, origins } = this.options;
    const origin = origins[(this.turn += 1) % origins.length]!;
    return caller.post({ kind, op, origin, path, body, idempotencyKey });
  }
}

/** Done, or refused so that asking again would change nothing. */
function isFinal({ knowledge, status, body }: Answer): boolean {
  if (knowledge === 'ok') return true;
  const isPassing = status === undefined || status >= 500 || status === 429 || body?.['code'] === 'IDEMPOTENCY_KEY_IN_USE';
  return !isPassing;
}
