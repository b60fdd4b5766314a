import { z } from 'zod';
import type { TaskContract } from '#libs/worker-sdk';

interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly items?: Schema;
  readonly default?: unknown;
}

/** docs/tasks.md, whole, from the contracts of the built-in tasks. */
export function tasksPage(contracts: readonly TaskContract[]): string {
  return [
    '# Built-in tasks',
    '',
    'Every worker of ours serves these. `npm run format` writes this page from the contracts in `apps/worker/src/tasks`.',
    'An input that breaks its contract fails the step as `INPUT_INVALID` before anything is done, and no retry is made.',
    '',
    ...contracts.flatMap(section),
  ].join('\n');
}

function section({ name, description = '', input, output, errors = [] }: TaskContract): string[] {
  return [
    `## ${name}`,
    '',
    description,
    '',
    ...schemaPart('Input', input, 'input'),
    ...schemaPart('Output', output, 'output'),
    ...(errors.length === 0 ? [] : [`**Failure codes.** ${errors.map((code) => `\`${code}\``).join(', ')}`, '']),
  ];
}

function schemaPart(title: string, schema: unknown, io: 'input' | 'output'): string[] {
  if (!(schema instanceof z.ZodType)) return [];
  const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Schema;
  const fields = json.properties ?? json.anyOf?.find((each) => each.properties !== undefined)?.properties ?? {};
  const table = Object.keys(fields).length === 0 ? [] : [...tableOf(fields, json, io), ''];
  return [
    `**${title}.** ${json.description ?? 'An object.'}`,
    '',
    ...table,
    ...(table.length === 0 ? [] : schemaOf(title, json)),
  ];
}

/** For tools, and for those who want to know it exactly. */
const schemaOf = (title: string, json: Schema): string[] => [
  '<details>',
  `<summary>${title} as a JSON Schema</summary>`,
  '',
  '```json',
  JSON.stringify(json, null, 2),
  '```',
  '',
  '</details>',
  '',
];

function tableOf(fields: Readonly<Record<string, Schema>>, owner: Schema, io: 'input' | 'output'): string[] {
  const required = new Set(owner.required ?? owner.anyOf?.flatMap((each) => each.required ?? []));
  const rows = Object.entries(fields).flatMap(([name, field]) => rowsOf(name, field, io === 'input' && required.has(name)));
  return ['| field | type | meaning |', '| --- | --- | --- |', ...rows];
}

function rowsOf(name: string, field: Schema, isRequired: boolean): string[] {
  const must = isRequired ? ' Required.' : '';
  const inner = Object.entries(field.properties ?? {}).flatMap(([key, each]) => rowsOf(`${name}.${key}`, each, false));
  return [`| \`${name}\` | ${typeOf(field)} | ${(field.description ?? '').replaceAll('|', '\\|')}${must} |`, ...inner];
}

function typeOf(schema: Schema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join(' or ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (schema.properties !== undefined) return `{${Object.keys(schema.properties).join(', ')}}`;
  return schema.type === undefined ? 'any' : [schema.type].flat().join(' or ');
}
