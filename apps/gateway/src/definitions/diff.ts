import type { DefinitionDiff } from '#libs/contracts';
import { canonicalJson, type Json, type JsonObject } from '#libs/engine';

type Differences = Pick<DefinitionDiff, 'identical' | 'steps' | 'fields'>;

/** What differs between two documents: top-level fields, and steps by id. `version` always does and is left out. */
export function diffDefinitions(from: JsonObject, to: JsonObject): Differences {
  const fields = fieldNames(from, to)
    .filter((field) => field !== 'steps' && field !== 'version' && !isSame(from[field], to[field]))
    .map((field) => ({
      field,
      change:
        from[field] === undefined ? ('added' as const) : to[field] === undefined ? ('removed' as const) : ('changed' as const),
      ...(from[field] !== undefined && { from: from[field] }),
      ...(to[field] !== undefined && { to: to[field] }),
    }));
  const steps = diffSteps(stepsById(from), stepsById(to));
  const identical = fields.length + steps.added.length + steps.removed.length + steps.changed.length === 0;
  return { identical, steps, fields };
}

function diffSteps(from: ReadonlyMap<string, JsonObject>, to: ReadonlyMap<string, JsonObject>): Differences['steps'] {
  const changed = [...to].flatMap(([id, step]) => {
    const before = from.get(id);
    const fields = before ? fieldNames(before, step).filter((field) => !isSame(before[field], step[field])) : [];
    return fields.length === 0 ? [] : [{ id, fields }];
  });
  return { added: [...to.keys()].filter((id) => !from.has(id)), removed: [...from.keys()].filter((id) => !to.has(id)), changed };
}

function stepsById(document: JsonObject): Map<string, JsonObject> {
  const steps = Array.isArray(document['steps']) ? (document['steps'] as JsonObject[]) : [];
  return new Map(steps.map((step) => [String(step['id']), step]));
}

const fieldNames = (a: JsonObject, b: JsonObject): string[] => [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
const isSame = (a: Json | undefined, b: Json | undefined): boolean =>
  a === undefined || b === undefined ? a === b : canonicalJson(a) === canonicalJson(b);
