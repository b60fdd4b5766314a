import { asyncApiBreaks } from './asyncapi-breaks.js';
import { openApiBreaks } from './openapi-breaks.js';
import type { Break, Schema } from './schema-breaks.js';

/** A break that is meant, with its reason; `where` covers everything that begins with it. */
export interface AcceptedBreak {
  readonly where: string | readonly string[];
  /** One rule only; default: any. */
  readonly rule?: string;
  readonly why: string;
}

export interface Contracts {
  readonly openapi: Schema;
  readonly asyncapi: Schema;
}

export interface Verdict {
  readonly breaks: readonly Break[];
  /** What is accepted and did not happen: to be deleted. */
  readonly idle: readonly AcceptedBreak[];
}

/** What of the published contracts no longer holds, but for what is accepted. */
export function compareContracts(before: Contracts, after: Contracts, accepted: readonly AcceptedBreak[] = []): Verdict {
  const found = [...openApiBreaks(before.openapi, after.openapi), ...asyncApiBreaks(before.asyncapi, after.asyncapi)];
  const covers = (each: AcceptedBreak, one: Break): boolean =>
    [each.where].flat().some((where) => one.where.startsWith(where)) && (each.rule === undefined || each.rule === one.rule);
  return {
    breaks: found.filter((one) => !accepted.some((each) => covers(each, one))),
    idle: accepted.filter((each) => !found.some((one) => covers(each, one))),
  };
}
