import { Injectable } from '@nestjs/common';
import { type InstancePage, instancesQuerySchema, type InstanceSummary } from '#libs/contracts';
import { type Json, storableFaults } from '#libs/engine';
import { type InstanceFilter, InstanceQueries } from '#libs/persistence';
import { ApiProblem, fault } from '../http/api-problem.js';
import { parseJson } from '../http/json-text.js';
import { checkParameters } from '../http/validation.pipe.js';
import { toSummary } from './present-instance.js';

const tagPrefix = 'tag.';

/** Lists of instances, newest first. */
@Injectable()
export class InstanceList {
  constructor(private readonly queries: InstanceQueries) {}

  /** @param query as it came: `tag.<name>` beside the known parameters */
  async page(query: Readonly<Record<string, unknown>>): Promise<InstancePage> {
    const { known, tags } = withoutTags(query);
    const { cursor, limit, count, from, to, status, ...same } = checkParameters(instancesQuerySchema, known);
    const filter: InstanceFilter = {
      ...same,
      ...(status && { statuses: status }),
      ...(from !== undefined && { from: Date.parse(from) }),
      ...(to !== undefined && { to: Date.parse(to) }),
      ...(tags && { tags }),
    };
    const [page, total] = await Promise.all([
      this.queries.list(filter, { cursor, limit }),
      count === 'true' ? this.queries.count(filter) : undefined,
    ]);
    return {
      items: page.items.map(toSummary),
      next: page.next,
      ...(total && { total: { count: total.count, atLeast: total.isCapped } }),
    };
  }

  async newest(filter: InstanceFilter, limit: number): Promise<InstanceSummary[]> {
    if (limit === 0) return [];
    return (await this.queries.list(filter, { limit })).items.map(toSummary);
  }
}

function withoutTags(query: Readonly<Record<string, unknown>>): {
  known: Record<string, unknown>;
  tags: Record<string, Json> | undefined;
} {
  const known = new Map<string, unknown>();
  const tags = new Map<string, Json>();
  for (const [name, value] of Object.entries(query)) {
    if (name.startsWith(tagPrefix) && name.length > tagPrefix.length)
      tags.set(name.slice(tagPrefix.length), tagValue(name, value));
    else known.set(name, value);
  }
  return { known: Object.fromEntries(known), tags: tags.size === 0 ? undefined : Object.fromEntries(tags) };
}

/** `tag.amount=4` means the number, `tag.customer=acme` the text; a text that looks like JSON is put in quotes. */
function tagValue(name: string, text: unknown): Json {
  if (typeof text !== 'string') throw unfitTag(name, 'expected one value');
  const parsed = parseJson(text);
  const value = 'value' in parsed ? parsed.value : text;
  const [found] = storableFaults(value);
  if (found) throw unfitTag(name, found.message);
  return value as Json;
}

const unfitTag = (name: string, message: string): ApiProblem =>
  new ApiProblem('PARAMETER_INVALID', `${name}: ${message}`, { errors: [fault('INVALID', name, message)] });
