import { Injectable } from '@nestjs/common';
import type { Ask, asksQuerySchema } from '#libs/contracts';
import { AskQueries, type AskRow } from '#libs/persistence';
import type { z } from 'zod';
import { toIso, toIsoOrNull } from '../http/times.js';

/** Open asks, those that wait longest first. */
@Injectable()
export class AskList {
  constructor(private readonly asks: AskQueries) {}

  async page(query: Omit<z.output<typeof asksQuerySchema>, 'status'>): Promise<{ items: Ask[]; next: string | null }> {
    const { assignee, instance, cursor, limit } = query;
    const filter = { ...(assignee !== undefined && { assignee }), ...(instance !== undefined && { instance }) };
    const { items, next } = await this.asks.open(filter, { limit, ...(cursor !== undefined && { cursor }) });
    return { items: items.map(toAsk), next };
  }
}

const toAsk = (row: AskRow): Ask => ({
  instance: row.instanceId,
  definition: row.definition,
  path: row.path,
  name: row.name,
  kind: row.kind,
  prompt: row.prompt,
  choices: row.choices === null ? null : [...row.choices],
  form: row.form,
  assignees: [...row.assignees],
  claimedBy: row.claimedBy,
  dueAt: toIsoOrNull(row.dueAt),
  timeoutAt: toIsoOrNull(row.timeoutAt),
  openedAt: toIso(row.openedAt),
});
