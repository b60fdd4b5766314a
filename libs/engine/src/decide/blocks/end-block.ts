import { partsOf, partsOutlook } from '../../apply/block-verdict.js';
import type { PartCounts } from '../../model/audit-event.js';
import type { Failure, InstanceError } from '../../model/failure.js';
import type { Json, JsonObject } from '../../model/json.js';
import type { PartResult } from '../../state/block-state.js';
import { bodyKeys, keptRounds } from '../../state/scopes.js';
import type { Site } from '../../state/site.js';
import { completeStep, failStep } from '../complete-step.js';
import type { Draft } from '../draft.js';

/** Bytes of what a block collects at most. */
const maxCollected = 64 * 1024 * 1024;

/** Nothing is left in the block: its end, by why it was stopped or by how its parts came out. */
export function endBlock(draft: Draft, site: Site): void {
  const { closing } = draft.state.step(site.path).block!;
  const counts = countsOf(draft, site);
  if (closing?.as === 'cancelled') {
    const { by, reason } = closing;
    return draft.emit('stepCancelled', { by, reason }, site.path);
  }
  const failure = closing?.as === 'completed' ? undefined : (closing?.failure ?? failureOf(draft, site));
  const last = site.step.type === 'try' ? resultOf(draft, site, 'finally') : undefined;
  if (last?.status === 'failed') return failStep(draft, site, asFailure(last.error), { counts });
  if (failure !== undefined) return failStep(draft, site, failure, { counts });
  const { output = outputOf(draft, site), by, reason } = closing ?? {};
  if (isLargerThan(maxCollected, output)) {
    const message = `expected at most ${maxCollected} bytes of collected output: keep less of it (keep: failed or none)`;
    return failStep(draft, site, { code: 'OUTPUT_TOO_LARGE', message, retryable: false }, { counts });
  }
  completeStep(draft, site, output, { counts, by, reason, ...(by !== undefined && { because: 'hand' }) });
}

export function countsOf(draft: Draft, { step, path }: Site): PartCounts | undefined {
  const { completed, failed, cancelled, opened, taken, items } = draft.state.step(path).block!;
  if (step.type === 'try' || step.type === 'lock') return undefined;
  const total = items?.length ?? taken?.length ?? (step.parallel ? step.parallel.branches.length : opened);
  return { total, completed, failed, cancelled };
}

/** Of a block that is not being stopped; undefined when it ended well. */
function failureOf(draft: Draft, site: Site): Failure | undefined {
  const { step, path } = site;
  const block = draft.state.step(path).block!;
  switch (step.type) {
    case 'parallel':
    case 'forEach':
      return partsOutlook(block, partsOf(step, block)) === 'lost' ? failureOfParts(draft, site) : undefined;
    case 'try': {
      const handled = step
        .try!.catches.map(({ scope }) => resultOf(draft, site, scope.key))
        .find((result) => result !== undefined);
      return failureOfResult(handled ?? resultOf(draft, site, 'body'));
    }
    default:
      return block.failed + block.cancelled > 0 ? failureOfParts(draft, site) : undefined;
  }
}

/** The failure of the part that failed first. */
export function failureOfParts(draft: Draft, { path }: Site): Failure {
  const { firstBad } = draft.state.step(path).block!;
  const result = firstBad === undefined ? undefined : draft.state.scopes.get(firstBad)?.result;
  return failureOfResult(result) ?? { code: 'CANCELLED', message: 'a part of it was cancelled', retryable: false };
}

function failureOfResult(result: PartResult | undefined): Failure | undefined {
  if (result === undefined || result.status === 'completed') return undefined;
  return result.status === 'failed'
    ? asFailure(result.error)
    : { code: 'CANCELLED', message: 'it was cancelled', retryable: false };
}

const asFailure = ({ code, message, details }: InstanceError): Failure => ({
  code,
  message,
  ...(details !== undefined && { details }),
  retryable: false,
});

const resultOf = (draft: Draft, { path }: Site, key: string): PartResult | undefined =>
  draft.state.scopes.get(`${path}/${key}`)?.result;

/** What the parts of a block produced, by its type (LANGUAGE §3). */
export function outputOf(draft: Draft, site: Site): Json {
  const { step, path } = site;
  const block = draft.state.step(path).block!;
  switch (step.type) {
    case 'branch': {
      const taken = block.taken ?? [];
      if (taken.length === 0) return null;
      if (step.branch!.match === 'first') return valueOf(resultOf(draft, site, taken[0]!));
      return byKey(taken, (key) => plain(resultOf(draft, site, key)));
    }
    case 'parallel': {
      const shape = step.parallel!.onError === 'collect' ? tagged : plain;
      return byKey(bodyKeys(step), (key) => shape(resultOf(draft, site, key)));
    }
    case 'forEach': {
      const { onError, keep } = step.forEach!;
      if (keep === 'none') return [];
      const shape = onError === 'collect' ? tagged : plain;
      return (block.items ?? []).map((_, index) => {
        const result = resultOf(draft, site, String(index));
        return keep === 'failed' && result?.status === 'completed' ? null : (shape(result) ?? null);
      });
    }
    case 'repeat': {
      const keep = keptRounds(step, block);
      const held = Math.min((keep ?? 1) + 1, block.opened); // the last one may not have come to its end
      const rounds = Array.from({ length: held }, (_, back) => block.opened - held + back);
      const whole = rounds.map((round) => plain(resultOf(draft, site, String(round)))).filter((output) => output !== undefined);
      const outputs = whole.slice(-(keep ?? 1));
      return keep === undefined ? (outputs[0] ?? null) : outputs;
    }
    case 'try': {
      const handled = step
        .try!.catches.map(({ scope }) => resultOf(draft, site, scope.key))
        .find((result) => result !== undefined);
      return valueOf(handled ?? resultOf(draft, site, 'body'));
    }
    default:
      return valueOf(resultOf(draft, site, 'body'));
  }
}

const valueOf = (result: PartResult | undefined): Json => (result?.status === 'completed' ? result.output : null);
/** undefined: did not end, or not well. */
const plain = (result: PartResult | undefined): Json | undefined => (result?.status === 'completed' ? result.output : undefined);

function tagged(result: PartResult | undefined): Json | undefined {
  if (result?.status === 'completed') return { ok: true, output: result.output };
  return result?.status === 'failed' ? { ok: false, error: { ...result.error } as Json } : undefined;
}

function byKey(keys: readonly string[], read: (key: string) => Json | undefined): JsonObject {
  const outputs = Object.create(null) as JsonObject;
  for (const key of keys) {
    const value = read(key);
    if (value !== undefined) outputs[key] = value;
  }
  return { ...outputs };
}

/** Has the JSON of it more bytes? Part by part: as one text it might be longer than a text can be. */
function isLargerThan(most: number, output: Json): boolean {
  if (output === null || typeof output !== 'object') return false; // of one step, which has a bound of its own
  let left = most - 1; // the brackets, of which one counts for the comma that the last part has not
  for (const [key, part] of Object.entries(output)) {
    const name = Array.isArray(output) ? 0 : Buffer.byteLength(JSON.stringify(key)) + 1;
    left -= name + Buffer.byteLength(JSON.stringify(part)) + 1;
    if (left < 0) return true;
  }
  return false;
}
