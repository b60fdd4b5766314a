import type { Call, History } from '../history/history.js';
import type { StoredFacts } from './stored-facts.js';

/** What the clients were told, against what is there. */
export interface HistoryFindings {
  /** By invariant: how much was looked at, and what was found. */
  readonly I1: Finding;
  readonly I2: Finding;
  readonly I17: Finding;
  readonly I25: Finding;
}

export interface Finding {
  readonly looked: number;
  readonly messages: readonly string[];
}

const signalDefinition = 'faults.signal';

export function checkHistory({ calls }: History, stored: StoredFacts, signalsEach: number): HistoryFindings {
  return {
    I1: acknowledgedExist(calls, stored),
    I2: oneInstanceEach(calls, stored),
    I17: signalsOnceInOrder(calls, stored, signalsEach),
    I25: honestAnswers(calls),
  };
}

function acknowledgedExist(calls: readonly Call[], { instances }: StoredFacts): Finding {
  const there = new Set(instances.map(({ id }) => id));
  const promised = calls.filter(({ kind, knowledge }) => kind === 'start' && knowledge === 'ok');
  const lost = promised.filter(({ instance }) => instance === undefined || !there.has(instance));
  return {
    looked: promised.length,
    messages: lost.map(({ op, instance }) => `${op} was acknowledged as ${instance}, which is not there`),
  };
}

/** Same key and body: the same id, once in the database. Same key, another body: refused. */
function oneInstanceEach(calls: readonly Call[], { instances }: StoredFacts): Finding {
  const messages: string[] = [];
  const byOp = Map.groupBy(
    calls.filter(({ kind }) => kind === 'start'),
    ({ op }) => op,
  );
  for (const [op, own] of byOp) {
    const first = own[0]!;
    const ids = new Set(own.flatMap(({ instance, body }) => (instance !== undefined && body === first.body ? [instance] : [])));
    if (ids.size > 1) messages.push(`${op} was acknowledged as ${[...ids].join(' and ')}`);
    for (const { body, knowledge } of own)
      if (body !== first.body && knowledge === 'ok') messages.push(`${op}: the same key with another body was accepted`);
  }
  const copies = Map.groupBy(
    instances.filter(({ op }) => op !== null && byOp.has(op)),
    ({ op }) => op!,
  );
  for (const [op, own] of copies)
    if (own.length > 1) messages.push(`${op} is there ${own.length} times: ${own.map(({ id }) => id).join(', ')}`);
  return { looked: byOp.size, messages };
}

/** Each acknowledged event was taken once, in the order it was sent in. */
function signalsOnceInOrder(calls: readonly Call[], { instances }: StoredFacts, each: number): Finding {
  const acknowledged = new Set(calls.filter(({ kind, knowledge }) => kind === 'event' && knowledge === 'ok').map(({ op }) => op));
  const ended = instances.filter(
    ({ definition, status, op }) => definition === signalDefinition && status === 'completed' && op !== null,
  );
  const expected = JSON.stringify(Array.from({ length: each }, (_, i) => i + 1));
  const messages = ended
    .filter(({ output }) => output !== expected)
    .map(({ op, output }) => `${op}: expected ${expected}, but it took ${output}`);
  const open = instances.filter(({ definition, status, op }) => {
    const isAllSent =
      op !== null && Array.from({ length: each }, (_, i) => `${op}-${i + 1}`).every((one) => acknowledged.has(one));
    return definition === signalDefinition && status === 'waiting' && isAllSent;
  });
  messages.push(...open.map(({ op }) => `${op}: all of its events were acknowledged, but it still waits`));
  return { looked: acknowledged.size, messages };
}

/** No 500, no answer that is not ours, and whoever is to come back later is told when. */
function honestAnswers(calls: readonly Call[]): Finding {
  const answered = calls.filter(({ status }) => status !== undefined);
  const messages = answered.flatMap(({ op, status, hasRetryAfter, reason }) => {
    if (status === 503 || status === 429) return hasRetryAfter ? [] : [`${op}: ${status} ${reason} without Retry-After`];
    return status! >= 500 && status !== 504 ? [`${op}: answered ${status} ${reason}`] : [];
  });
  return { looked: answered.length, messages };
}
