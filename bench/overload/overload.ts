import { setTimeout as delay } from 'node:timers/promises';
import { OrquestraClient } from '#libs/client';
import { percentile, say } from '#libs/testing';
import { chainOf } from '../definitions.js';
import { memoryOf, type Memory } from '../memory.js';
import { processesOf } from '../processes.js';
import type { Target } from '../targets.js';
import { blindConsoles, call, flood, type Flood, type Tally } from './flood.js';

/** Bounds so narrow that this machine's client reaches them. */
export const narrowBounds = {
  ORQUESTRA_REQUESTS_WAITING: '100',
  ORQUESTRA_REQUEST_WAIT_MS: '1000',
  ORQUESTRA_HELD_REQUESTS: '100',
};

/** The database stands still for so long, once in so long. */
const stall = { forMs: 2_000, everyMs: 20_000 };
/** Of the time, until code is compiled, caches and buffers are full. */
const warmUpShare = 0.3;
/** What the last third may have over the first after warming up. */
const tolerated = { share: 0.1, mib: 24 };

export interface OverloadSample {
  readonly atS: number;
  readonly memory: Memory;
  /** Answers since the last sample, by status. */
  readonly answers: Readonly<Record<string, number>>;
}

export interface OverloadResult {
  readonly samples: readonly OverloadSample[];
  /** Of the services, after warming up. */
  readonly mibPerMinute: number;
  readonly isFlat: boolean;
  /** 503 without Retry-After. */
  readonly mute: number;
  /** An operator amid all that: reads and settings, ms. */
  readonly operator: { readonly p50Ms: number; readonly p99Ms: number; readonly answered: number; readonly refused: number };
  /** From the end of the flood until a start is answered and completed as usual, ms. */
  readonly recoveredMs: number;
}

/** Everything at once that a gateway may meet: floods of single and batch starts, large bodies, waits, consoles that do not read, a database that stands still. */
export async function measureOverload(target: Target, seconds: number): Promise<OverloadResult> {
  const client = new OrquestraClient({ baseUrl: target.url });
  const [definition] = [chainOf(1)];
  await client.registerDefinition({ document: definition });
  const ending = new AbortController();
  const on: Flood = { url: target.url, tally: new Map(), ended: ending.signal, mute: 0 };
  const one = JSON.stringify({ definition: definition.name, input: {} });
  const large = JSON.stringify({ definition: definition.name, input: { text: 'x'.repeat(900_000) } });
  const batch = JSON.stringify({ instances: Array.from({ length: 20 }, () => ({ definition: definition.name, input: {} })) });
  const floods = [
    flood(on, 200, '/api/v1/instances', () => one),
    flood(on, 10, '/api/v1/instances/batch', () => batch),
    flood(on, 4, '/api/v1/instances', () => large),
    flood(on, 150, '/api/v1/instances?wait=5s', () => one),
  ];
  blindConsoles(on, 20);
  const stalls = standStill(target, ending.signal);
  const operator = operate(target.url, ending.signal);
  const samples = await sample(target, on.tally, seconds);
  ending.abort();
  await Promise.all([...floods, stalls]);
  const begun = performance.now();
  await client.startAndWait({ definition: definition.name, input: {} }, 60_000);
  return {
    samples,
    ...slopeOf(samples),
    mute: on.mute,
    operator: await operator,
    recoveredMs: Math.round(performance.now() - begun),
  };
}

async function sample(target: Target, tally: Tally, seconds: number): Promise<OverloadSample[]> {
  const everyS = seconds >= 300 ? 60 : Math.max(1, Math.floor(seconds / 10));
  const samples: OverloadSample[] = [];
  for (let atS = everyS; atS <= seconds; atS += everyS) {
    await delay(everyS * 1_000);
    const answers = Object.fromEntries(tally);
    tally.clear();
    samples.push({ atS, memory: memoryOf(target.roots()), answers });
    say(`  ${lineOf(samples.at(-1)!)}`);
  }
  return samples;
}

/** Stops PostgreSQL now and then, as a full disk or a machine that swaps does. */
async function standStill(target: Target, ended: AbortSignal): Promise<void> {
  const signal = (name: NodeJS.Signals): void => {
    for (const { name: own, stat } of processesOf(target.roots()))
      if (own === 'postgresql')
        try {
          process.kill(stat.pid, name);
        } catch {
          // a connection of it has just ended
        }
  };
  while (!ended.aborted) {
    await delay(stall.everyMs, undefined, { signal: ended }).catch(() => undefined);
    if (ended.aborted) return;
    signal('SIGSTOP');
    await delay(stall.forMs);
    signal('SIGCONT');
  }
}

/** Somebody who looks and sets something in turn, a quarter of a second after each answer. */
async function operate(url: string, ended: AbortSignal): Promise<OverloadResult['operator']> {
  const ms: number[] = [];
  let refused = 0;
  for (let turn = 0; !ended.aborted; turn += 1) {
    const answer =
      turn % 2 === 0
        ? await call(url, 'GET', '/api/v1/instances?limit=20')
        : await call(url, 'PUT', '/api/v1/queues/overload', JSON.stringify({ concurrency: 1 + (turn % 9) }));
    if (answer.status === 200) ms.push(answer.ms);
    else refused += 1;
    await delay(250);
  }
  const [p50Ms, p99Ms] = [0.5, 0.99].map((share) => Math.round(percentile(ms.length > 0 ? ms : [Infinity], share)));
  return { p50Ms: p50Ms!, p99Ms: p99Ms!, answered: ms.length, refused };
}

const servicesOf = ({ memory }: OverloadSample): number =>
  Object.entries(memory).reduce((sum, [name, mib]) => (name === 'client' || name === 'postgresql' ? sum : sum + mib), 0);

/** PostgreSQL is left out: its buffers fill up to what they are set to, whoever asks. */
export function slopeOf(samples: readonly OverloadSample[]): { mibPerMinute: number; isFlat: boolean } {
  const warm = samples.slice(Math.floor(samples.length * warmUpShare));
  const xs = warm.map(({ atS }) => atS / 60);
  const ys = warm.map(servicesOf);
  const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
  const [x, y] = [mean(xs), mean(ys)];
  const spread = xs.reduce((sum, each) => sum + (each - x) ** 2, 0);
  const slope = spread === 0 ? 0 : xs.reduce((sum, each, i) => sum + (each - x) * (ys[i]! - y), 0) / spread;
  const third = Math.max(1, Math.floor(warm.length / 3));
  const [before, after] = [mean(ys.slice(0, third)), mean(ys.slice(-third))];
  return { mibPerMinute: Math.round(slope * 10) / 10, isFlat: after <= before * (1 + tolerated.share) + tolerated.mib };
}

function lineOf({ atS, memory, answers }: OverloadSample): string {
  const sizes = Object.entries(memory).map(([name, mib]) => `${name} ${mib} MiB`);
  const counts = Object.entries(answers).map(([status, count]) => `${status === '0' ? 'none' : status}: ${count}`);
  return `${String(atS).padStart(4)} s  ${sizes.join(', ')}  answers ${counts.join(', ')}`;
}

export function overloadTable({ samples, mibPerMinute, isFlat, mute, operator, recoveredMs }: OverloadResult): string {
  return [
    ...samples.map(lineOf),
    `memory of the services ${mibPerMinute} MiB a minute after warming up: ${isFlat ? 'flat' : 'NOT FLAT'}`,
    `refusals without Retry-After: ${mute}`,
    `operator: p50 ${operator.p50Ms} ms, p99 ${operator.p99Ms} ms, ${operator.answered} answered, ${operator.refused} refused`,
    `as usual again ${recoveredMs} ms after the end`,
  ].join('\n');
}
