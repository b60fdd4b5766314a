import { v7 as uuidv7 } from 'uuid';
import { percentile } from '#libs/testing';
import { monoMs } from '../ledger/ledger-record.js';
import { pause, type Run } from '../run.js';
import type { Scenario } from '../scenario.js';
import { each } from '../workload/many.js';

const clients = 200;

/** A start that is sent by two clients at once, or by one. */
interface Wish {
  readonly op: string;
  readonly key: string;
}

export const startStorm: Scenario = {
  id: 'F28',
  title: 'storm of starts',
  inject: 'starts over 200 connections as fast as they go, every second one sent twice with the same key at the same time',
  mustHold: 'I1, I2, I25; 429 and 503 are allowed, nothing is lost',
  floors: { faults: 0, interrupted: 0 },
  async run(run) {
    const starts = run.scaled({ smoke: 1_000, matrix: 4_000, full: 10_000 });
    const wishes = Array.from({ length: starts }, (_, n): Wish => ({ op: `storm-${n}`, key: uuidv7() }));
    const twice = wishes.flatMap((wish, n) => (n % 2 === 0 ? [wish, wish] : [wish]));
    const begun = monoMs();
    await each(twice, clients, (wish) => startUntilKnown(run, wish));
    const seconds = (monoMs() - begun) / 1_000;
    run.loadedUntilMs = monoMs();
    const calls = run.history.calls.filter(({ knowledge }) => knowledge === 'ok');
    run.check(
      'I1',
      starts,
      starts === run.own.size ? [] : [`expected ${starts} instances, but ${run.own.size} were acknowledged`],
    );
    run.measure('starts a second', starts / seconds, '/s');
    run.measure('answer p50', percentile(calls.map(took), 0.5), 'ms');
    run.measure('answer p99', percentile(calls.map(took), 0.99), 'ms');
    run.measure('told to come back later', run.history.calls.filter(({ status }) => status === 503 || status === 429).length, '');
  },
};

const took = ({ invokedAtMs, answeredAtMs = invokedAtMs }: Run['history']['calls'][number]): number => answeredAtMs - invokedAtMs;

async function startUntilKnown(run: Run, { op, key }: Wish): Promise<void> {
  const body = { definition: 'faults.chain', input: { ms: 1 }, tags: { op } };
  for (let turn = 0; ; turn += 1) {
    const origin = run.world.cluster.urls[turn % run.world.cluster.urls.length]!;
    const answer = await run.caller.post({ kind: 'start', op, origin, path: '/instances', body, idempotencyKey: key });
    if (answer.knowledge === 'ok') return void run.own.set(answer.body?.['id'] as string, 'completed');
    const mayRepeat = answer.status === undefined || answer.status >= 500 || answer.status === 429 || answer.status === 409;
    if (!mayRepeat) throw new Error(`expected the start of ${op} to be taken or put off, but it was answered ${answer.status}`);
    await pause(answer.retryAfterMs ?? 100);
  }
}
