import { escaped, prose } from './page-frame.js';

/** The part of JSON Schema that the contracts use. */
export interface DocumentedSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, DocumentedSchema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly DocumentedSchema[];
  readonly oneOf?: readonly DocumentedSchema[];
  readonly allOf?: readonly DocumentedSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: DocumentedSchema;
  readonly default?: unknown;
}
export type SchemasByName = Readonly<Record<string, DocumentedSchema>>;

/** Levels of properties that are shown; what is deeper is in the document. */
const deepest = 4;

/** The properties of a schema as a table of HTML; one table for each alternative. */
export function schemaTable(schema: DocumentedSchema, schemas: SchemasByName): string {
  const whole = resolved(schema, schemas);
  const shapes = choicesOf(whole).map((each) => resolved(each, schemas));
  const tables = shapes.filter(({ properties }) => properties !== undefined).map((shape) => tableOf(shape, schemas));
  if (tables.length === 0) return `<p>${escaped(typeOf(whole, schemas))}. ${prose(whole.description ?? '')}</p>`;
  return tables.join('<p class="muted">or</p>');
}

function tableOf(shape: DocumentedSchema, schemas: SchemasByName): string {
  const rows = rowsOf('', shape, schemas, 1).join('');
  return `<div class="scroll" tabindex="0" role="group" aria-label="Properties"><table><thead><tr><th scope="col">property</th><th scope="col">type</th><th scope="col">meaning</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function rowsOf(prefix: string, shape: DocumentedSchema, schemas: SchemasByName, depth: number): string[] {
  return Object.entries(shape.properties ?? {}).flatMap(([name, property]) => {
    const known = resolved(property, schemas);
    const says = [prose(property.description ?? known.description ?? '')];
    if (shape.required?.includes(name) === true) says.push('Required');
    if (known.default !== undefined) says.push(`Default <code>${escaped(JSON.stringify(known.default))}</code>`);
    const meaning = says.filter((each) => each !== '').join('. ');
    const row = `<tr><td><code>${escaped(prefix + name)}</code></td><td>${escaped(typeOf(known, schemas))}</td><td>${meaning}</td></tr>`;
    const [inner, mark] = known.items === undefined ? [known, '.'] : [resolved(known.items, schemas), '[].'];
    return depth === deepest ? [row] : [row, ...rowsOf(prefix + name + mark, inner, schemas, depth + 1)];
  });
}

function resolved(schema: DocumentedSchema, schemas: SchemasByName): DocumentedSchema {
  const [only, ...others] = schema.allOf ?? [];
  if (only !== undefined && others.length === 0) return { ...resolved(only, schemas), ...withoutParts(schema) };
  if (schema.$ref === undefined) return schema;
  const { $ref, ...own } = schema;
  return { ...schemas[$ref.split('/').at(-1) ?? ''], ...own };
}

const withoutParts = ({ allOf: _, ...own }: DocumentedSchema): DocumentedSchema => own;
const choicesOf = (schema: DocumentedSchema): readonly DocumentedSchema[] => schema.anyOf ?? schema.oneOf ?? [schema];

function typeOf(schema: DocumentedSchema, schemas: SchemasByName): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(', ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return [...new Set(choices.map((each) => typeOf(resolved(each, schemas), schemas)))].join(' or ');
  if (schema.items !== undefined) return `list of ${typeOf(resolved(schema.items, schemas), schemas)}`;
  return schema.type === undefined ? 'any JSON' : [schema.type].flat().join(' or ');
}
