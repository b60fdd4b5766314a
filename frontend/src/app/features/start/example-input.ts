interface Schema {
  readonly type?: string | readonly string[];
  readonly default?: unknown;
  readonly const?: unknown;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly format?: string;
  readonly minimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly items?: unknown;
}

const maxDepth = 6;

/** Something to begin with, made from a JSON Schema: its defaults and examples, else a plain value of the type; required members only. */
export function exampleOf(schema: unknown, depth = 0): unknown {
  if (typeof schema !== 'object' || schema === null || depth > maxDepth) return {};
  const { default: fallback, const: only, examples, enum: choices } = schema as Schema;
  const given = [only, fallback, examples?.[0], choices?.[0]].find((value) => value !== undefined);
  return given ?? exampleByType(schema as Schema, depth);
}

function exampleByType(schema: Schema, depth: number): unknown {
  const type = Array.isArray(schema.type) ? (schema.type as string[])[0] : schema.type;
  switch (type) {
    case 'string':
      return schema.format === 'date-time' ? new Date(0).toISOString() : schema.format === 'email' ? 'someone@example.com' : '';
    case 'integer':
    case 'number':
      return schema.minimum ?? 0;
    case 'boolean':
      return false;
    case 'null':
      return null;
    case 'array':
      return schema.items === undefined ? [] : [exampleOf(schema.items, depth + 1)];
    default: {
      const names = (schema.required ?? []).filter((name) => name in (schema.properties ?? {}));
      return Object.fromEntries(names.map((name) => [name, exampleOf(schema.properties?.[name], depth + 1)]));
    }
  }
}
