import type { RootName, Template } from '../expressions/template.js';
import type { ConcurrencyPlan, RatePlan } from '../model/plan.js';
import type { Fields } from './fields.js';
import { TemplateReader } from './template-reader.js';
import { RATE_WINDOWS } from './vocabulary.js';

const CONCURRENCY_FIELDS = new Set(['key', 'limit', 'onLimit']);
const RATE_FIELDS = new Set(['key', 'limit', 'per']);
const KEY_RULES = { roots: new Set<RootName>(['input', 'instance']) };
const INSTANCES_AT_MOST = 1_000_000;

/** `concurrency` and `rate`: how many instances run at a time, and how many start in a while. */
export function readLimits(document: Fields): { concurrency?: ConcurrencyPlan; rate?: RatePlan } {
  const concurrency = readConcurrency(document);
  const rate = readRate(document);
  return { ...(concurrency && { concurrency }), ...(rate && { rate }) };
}

function readConcurrency(document: Fields): ConcurrencyPlan | undefined {
  const fields = document.object('concurrency', CONCURRENCY_FIELDS, 'concurrency');
  if (!fields) return undefined;
  const limit = fields.number('limit', 1, INSTANCES_AT_MOST) ?? 1;
  const onLimit = fields.oneOf('onLimit', ['queue', 'reject', 'cancelOldest'] as const, 'queue');
  return { limit, onLimit, ...keyIn(fields) };
}

function readRate(document: Fields): RatePlan | undefined {
  const fields = document.object('rate', RATE_FIELDS, 'rate');
  if (!fields) return undefined;
  fields.require('limit', 'how many instances start in that time');
  fields.require('per', '"second", "minute" or "hour"');
  const limit = fields.number('limit', 1, INSTANCES_AT_MOST) ?? 1;
  const per = fields.oneOf('per', ['second', 'minute', 'hour'] as const, 'second');
  return { limit, windowMs: RATE_WINDOWS[per], ...keyIn(fields) };
}

function keyIn(fields: Fields): { key?: Template } {
  const key = new TemplateReader(fields).text('key', KEY_RULES);
  return key === undefined ? {} : { key };
}
