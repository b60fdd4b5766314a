import { z } from 'zod';

type Fragment = Record<string, unknown>;

/** Collects the schemas that have an id, so that each stands in a document once, under `#/components/schemas`. */
export class Components {
  readonly schemas: Record<string, unknown> = {};

  /** @param dialect of JSON Schema: that of OpenAPI 3.1, or the one every reader of AsyncAPI 3 knows */
  constructor(private readonly dialect: 'draft-2020-12' | 'draft-7' = 'draft-2020-12') {}

  /** @param io what is sent to us is documented as sent (`input`), what we send as received (`output`) */
  reference(schema: z.ZodType, io: 'input' | 'output'): Fragment {
    const {
      $schema: _,
      $defs,
      definitions,
      ...root
    } = z.toJSONSchema(schema, {
      io,
      target: this.dialect,
      unrepresentable: 'any',
      override: ({ jsonSchema }) => withoutNoise(jsonSchema, io),
    }) as Fragment & Partial<Record<'$defs' | 'definitions', Record<string, Fragment>>>;
    for (const [id, definition] of Object.entries($defs ?? definitions ?? {})) this.schemas[nameOf(id)] ??= renamed(definition);
    return renamed(root);
  }
}

/** zod's patterns for formats are long and say the same as `format`; what we send may grow, so readers pass over what they do not know. */
function withoutNoise(schema: Fragment, io: 'input' | 'output'): void {
  if (schema['format'] !== undefined) delete schema['pattern'];
  if (io === 'output' && schema['additionalProperties'] === false) delete schema['additionalProperties'];
  delete schema['id'];
}

/** What recurs and has no id of its own is any JSON value. */
const nameOf = (id: string): string => (id.startsWith('__schema') ? 'Json' : id);

const renamed = (fragment: Fragment): Fragment =>
  JSON.parse(
    JSON.stringify(fragment).replaceAll(
      /"#\/(?:\$defs|definitions)\/([^"]+)"/g,
      (_, id: string) => `"#/components/schemas/${nameOf(id)}"`,
    ),
  ) as Fragment;
