import { Injectable } from '@nestjs/common';
import type { Trigger, triggerPageSchema, triggersQuerySchema } from '#libs/contracts';
import { compileTrigger, type Json, type JsonObject, triggerRecord } from '#libs/engine';
import { isName, OperatorLog, readCursor, type TriggerRow, TriggerStore, writeCursor } from '#libs/persistence';
import type { z } from 'zod';
import { type Act, operatorEntry } from '../actions/operator-entry.js';
import { ApiProblem, fault } from '../http/api-problem.js';
import { presentTrigger } from './present-trigger.js';

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

  /** @param id minted for the request, so that a repeat of it gets the first answer. @throws ApiProblem TRIGGER_INVALID, TRIGGER_OF_DEFINITION */
  put(name: string, spec: Json, act: Act, id?: string): Promise<{ isNew: boolean; trigger: Trigger }> {
    const { trigger: compiled, problems } = compileTrigger(spec);
    if (compiled === undefined) {
      const errors = problems.filter(({ severity }) => severity === 'error');
      const words = `the trigger has ${errors.length} error${errors.length === 1 ? '' : 's'}: ${errors[0]?.message ?? ''}`;
      throw new ApiProblem('TRIGGER_INVALID', words, { errors: problems });
    }
    return this.log.record(operatorEntry('trigger.put', name, act, id), async (manager) => {
      const { outcome, trigger } = await new TriggerStore(manager).put({ name, ...triggerRecord(spec as JsonObject) }, act.by);
      if (outcome === 'ofDefinition') throw ofDefinition(trigger);
      return { isNew: outcome === 'created', trigger: presentTrigger(trigger, Date.now()) };
    });
  }

  /** @throws ApiProblem TRIGGER_NOT_FOUND, TRIGGER_OF_DEFINITION */
  remove(name: string, act: Act, id?: string): Promise<Trigger> {
    return this.change('delete', name, act, id, async (store) => {
      const row = await store.remove(name);
      if (row?.source === 'definition') throw ofDefinition(row);
      return row;
    });
  }

  /** @throws ApiProblem TRIGGER_NOT_FOUND */
  pause(name: string, act: Act, id?: string): Promise<Trigger> {
    return this.change('pause', name, act, id, (store) => store.pause(name, act.reason ?? null, act.by ?? null));
  }

  /** @throws ApiProblem TRIGGER_NOT_FOUND */
  resume(name: string, act: Act, id?: string): Promise<Trigger> {
    return this.change('resume', name, act, id, (store) => store.resume(name, act.by ?? null));
  }

  private change(
    verb: string,
    name: string,
    act: Act,
    id: string | undefined,
    change: (store: TriggerStore) => Promise<TriggerRow | undefined>,
  ): Promise<Trigger> {
    return this.log.record(operatorEntry(`trigger.${verb}`, name, act, id), async (manager) =>
      presentTrigger(requireTrigger(name, await change(new TriggerStore(manager))), Date.now()),
    );
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
