import { Injectable } from '@nestjs/common';
import type { Trigger, triggerPageSchema, triggersQuerySchema } from '#libs/contracts';
import { compileTrigger, type Json, type JsonObject, triggerRecord } from '#libs/engine';
import { isName, OperatorLog, readCursor, type TriggerRow, TriggerStore, writeCursor } from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import type { z } from 'zod';
import { ApiProblem, fault } from '../http/api-problem.js';
import { presentTrigger } from './present-trigger.js';

/** Who asks for it, and why. */
export interface Act {
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
}

/** Triggers as the API shows them. */
@Injectable()
export class TriggerCatalog {
  constructor(
    private readonly store: TriggerStore,
    private readonly log: OperatorLog,
  ) {}

  async list(query: z.output<typeof triggersQuerySchema>): Promise<z.output<typeof triggerPageSchema>> {
    const { cursor, limit, kind, definition } = query;
    const after = cursor === undefined ? undefined : readCursor('triggers', cursor, isName);
    const rows = await this.store.list({ after, limit: limit + 1, kind, definition });
    const items = rows.slice(0, limit).map((row) => presentTrigger(row, Date.now()));
    return { items, next: rows.length > limit ? writeCursor('triggers', items.at(-1)!.name) : null };
  }

  /** @throws ApiProblem TRIGGER_NOT_FOUND */
  async row(name: string): Promise<TriggerRow> {
    return requireTrigger(name, await this.store.get(name));
  }

  async get(name: string): Promise<Trigger> {
    return presentTrigger(await this.row(name), Date.now());
  }

  /** @throws ApiProblem TRIGGER_INVALID, TRIGGER_OF_DEFINITION */
  async put(name: string, spec: Json, act: Act): Promise<{ isNew: boolean; trigger: Trigger }> {
    const { trigger: compiled, problems } = compileTrigger(spec);
    if (compiled === undefined) {
      const errors = problems.filter(({ severity }) => severity === 'error');
      const words = `the trigger has ${errors.length} error${errors.length === 1 ? '' : 's'}: ${errors[0]?.message ?? ''}`;
      throw new ApiProblem('TRIGGER_INVALID', words, { errors: problems });
    }
    const { outcome, trigger } = await this.store.put({ name, ...triggerRecord(spec as JsonObject) }, act.by);
    if (outcome === 'ofDefinition') throw ofDefinition(trigger);
    await this.note('trigger.put', name, act);
    return { isNew: outcome === 'created', trigger: presentTrigger(trigger, Date.now()) };
  }

  /** @throws ApiProblem TRIGGER_NOT_FOUND, TRIGGER_OF_DEFINITION */
  async remove(name: string, act: Act): Promise<Trigger> {
    const row = requireTrigger(name, await this.store.remove(name));
    if (row.source === 'definition') throw ofDefinition(row);
    await this.note('trigger.delete', name, act);
    return presentTrigger(row, Date.now());
  }

  /** @throws ApiProblem TRIGGER_NOT_FOUND */
  async pause(name: string, act: Act, commandId?: string): Promise<Trigger> {
    const row = requireTrigger(name, await this.store.pause(name, act.reason ?? null, act.by ?? null));
    await this.note('trigger.pause', name, act, commandId);
    return presentTrigger(row, Date.now());
  }

  /** @throws ApiProblem TRIGGER_NOT_FOUND */
  async resume(name: string, act: Act, commandId?: string): Promise<Trigger> {
    const row = requireTrigger(name, await this.store.resume(name, act.by ?? null));
    await this.note('trigger.resume', name, act, commandId);
    return presentTrigger(row, Date.now());
  }

  note(action: string, name: string, { by, reason }: Act, id?: string): Promise<void> {
    crashPoint('change.stored');
    return this.log.append({ id, actor: by ?? 'anonymous', action, target: name, reason });
  }
}

function requireTrigger(name: string, row: TriggerRow | undefined): TriggerRow {
  if (row !== undefined) return row;
  throw new ApiProblem('TRIGGER_NOT_FOUND', `expected the name of a trigger, but there is none named ${JSON.stringify(name)}`);
}

function ofDefinition({ name, definition }: TriggerRow): ApiProblem {
  const words = `expected a trigger that stands by itself, but ${name} belongs to ${definition ?? 'a definition'}`;
  const hint = 'change it with a new version of the definition; it can be paused, resumed and run as it is';
  return new ApiProblem('TRIGGER_OF_DEFINITION', words, { errors: [fault('TRIGGER_OF_DEFINITION', '', words, hint)] });
}
