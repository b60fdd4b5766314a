import { isObject } from '../compile/fields.js';
import type { Json, JsonObject } from '../model/json.js';
import type { TriggerKind } from './trigger.js';

/** A trigger as it is stored: what was written, with its secrets apart, because what is written is shown. */
export interface TriggerRecord {
  readonly kind: TriggerKind;
  readonly definition: string | null;
  readonly version: string | null;
  readonly enabled: boolean;
  readonly spec: JsonObject;
  readonly secrets: readonly string[];
}

/**
 * Names of a definition's triggers: those they have, else `<definition>.<kind>`, and `<definition>.<kind>.<n>` from the second
 * of a kind.
 */
export function triggerNames(definition: Json | undefined, triggers: readonly Json[]): string[] {
  const unnamed = new Map<string, number>();
  return triggers.map((trigger) => {
    const { name, kind } = isObject(trigger) ? trigger : {};
    if (typeof name === 'string') return name;
    const base = `${String(definition)}.${String(kind)}`;
    const n = (unnamed.get(base) ?? 0) + 1;
    unnamed.set(base, n);
    return n === 1 ? base : `${base}.${n}`;
  });
}

/** Of a definition that compiles. */
export function declaredTriggers(document: JsonObject): (TriggerRecord & { readonly name: string })[] {
  const triggers = (document['triggers'] ?? []) as JsonObject[];
  const names = triggerNames(document['name'], triggers);
  return triggers.map(({ name: _, ...trigger }, index) => ({
    name: names[index]!,
    ...triggerRecord({ ...trigger, definition: document['name']! }),
  }));
}

/** @param written a trigger that compiles, with the definition it starts */
export function triggerRecord({ secret, ...spec }: JsonObject): TriggerRecord {
  const { kind, definition = null, version = null, enabled = true } = spec;
  return {
    kind: kind as TriggerKind,
    definition: definition as string | null,
    version: version as string | null,
    enabled: enabled as boolean,
    spec,
    secrets: secret === undefined ? [] : Array.isArray(secret) ? (secret as string[]) : [secret as string],
  };
}
