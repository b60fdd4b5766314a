import { instanceStatusSchema } from '../rest/common.js';
import { maxCount, maxTime } from './wire.js';

/**
 * Quick checks of the hottest messages, written by hand: the schemas of `wire.ts` are the specification, these say yes to what every worker and owner
 * of ours sends, at a fraction of the cost and without copying. A yes means that the schema says yes too and changes nothing but that it leaves out members it
 * does not know; a no means nothing, the schema decides (a test holds both together). Values come from JSON.parse.
 */

type Members = Record<string, unknown>;
type Guard = (value: unknown) => boolean;

/** A message of a step queue; inputs are JSON, having been parsed, and are not walked. */
export const isPlainSteps = (value: unknown): boolean => isEnvelope(value, 'steps', isPlainCommand);

/** A message of a partition's queue: completions, hints and handed-back commands without logs. */
export const isPlainPartition = (value: unknown): boolean => isEnvelope(value, 'partition', isPlainPartitionItem);

/** Deltas of heads for gateways. */
export const isPlainHeads = (value: unknown): boolean =>
  isEnvelope(value, 'heads', isPlainDelta) && isInt((value as Members).partition);

function isEnvelope(value: unknown, kind: string, isItem: Guard): boolean {
  if (!isObject(value) || value.v !== 1 || value.kind !== kind || typeof value.tenant !== 'string') return false;
  const { items } = value;
  return Array.isArray(items) && items.length > 0 && items.every(isItem);
}

function isPlainCommand(value: unknown): boolean {
  if (!isObject(value)) return false;
  return (
    isId(value.instanceId) &&
    isInt(value.partition) &&
    value.partition >= 0 &&
    isCount(value.token) &&
    isText(value.path) &&
    isCount(value.attempt) &&
    isText(value.task) &&
    isText(value.queue) &&
    value.input !== undefined &&
    isText(value.idempotencyKey) &&
    isPositive(value.timeoutMs) &&
    typeof value.claimed === 'boolean' &&
    isCount(value.delivery) &&
    isText(value.definition) &&
    isText(value.version) &&
    isPlainRest(value)
  );
}

/** What only some commands have; rarer members are for the schema. */
const isPlainRest = ({ heartbeatMs, lastProgress, fence, slots, memory, bound, traceparent }: Members): boolean =>
  (heartbeatMs === undefined || isPositive(heartbeatMs)) &&
  (traceparent === undefined || isText(traceparent)) &&
  lastProgress === undefined &&
  fence === undefined &&
  slots === undefined &&
  memory === undefined &&
  bound === undefined;

function isPlainPartitionItem(value: unknown): boolean {
  if (!isObject(value) || !isId(value.instanceId)) return false;
  if (value.kind === 'hint') return true;
  if (!isText(value.path) || !isCount(value.token) || !isText(value.worker)) return false;
  if (value.kind === 'returned')
    return isText(value.queue) && isText(value.task) && isInt(value.delivery) && value.delivery <= maxCount;
  return value.kind === 'completed' && isPlainCompletion(value);
}

const isPlainCompletion = ({ output, startedAt, durationMs, note, attempt, logs }: Members): boolean =>
  isTime(startedAt) &&
  (durationMs === undefined || Number.isFinite(durationMs)) &&
  (note === undefined || isText(note)) &&
  attempt === undefined &&
  logs === undefined &&
  isJson(output);

function isPlainDelta(value: unknown): boolean {
  if (!isObject(value)) return false;
  return (
    isId(value.id) &&
    isText(value.definition) &&
    isText(value.version) &&
    isTextOrNull(value.key) &&
    statuses.has(value.status) &&
    isInt(value.seq) &&
    isTextOrNull(value.summary) &&
    isTimeOrNull(value.startedAt) &&
    isTimeOrNull(value.endedAt) &&
    isTime(value.createdAt) &&
    isInt(value.stepsDone) &&
    isInt(value.stepsTotal) &&
    isTextOrNull(value.currentStep) &&
    isTextOrNull(value.errorCode)
  );
}

/** Parsed JSON holds nothing else, but a number may be out of range (1e999), and the schema drops a member of that name. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return value !== undefined;
  if (value === null) return true;
  if (Array.isArray(value)) return value.every(isJson);
  for (const key of Object.keys(value)) if (key === '__proto__' || !isJson((value as Members)[key])) return false;
  return true;
}

const idShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const statuses: ReadonlySet<unknown> = new Set(instanceStatusSchema.options);

const isObject = (value: unknown): value is Members => typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isId = (value: unknown): boolean => typeof value === 'string' && idShape.test(value);
const isInt = (value: unknown): value is number => Number.isSafeInteger(value);
const isPositive = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) > 0;
const isCount = (value: unknown): boolean => isPositive(value) && (value as number) <= maxCount;
const isTime = (value: unknown): boolean => typeof value === 'number' && Math.abs(value) <= maxTime;
const isTextOrNull = (value: unknown): boolean => value === null || typeof value === 'string';
const isTimeOrNull = (value: unknown): boolean => value === null || isTime(value);
