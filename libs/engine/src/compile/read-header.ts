import semver from 'semver';
import { pointer } from '../json/bounds.js';
import type { SchemaCheck } from '../model/plan.js';
import { Fields, kindOf } from './fields.js';
import type { ProblemList } from './problem-list.js';
import { readSchema } from './read-schema.js';
import { NAME_SHAPE } from './vocabulary.js';

/** The name of the definition; '' when it is wrong. */
export function readDefinitionName(fields: Fields): string {
  const words = 'a lower-case letter, then at most 99 lower-case letters, digits, ".", "_" or "-"';
  return fields.pattern('name', NAME_SHAPE, words, nameHint(fields)) ?? '';
}

function nameHint(fields: Fields): string | undefined {
  const name = fields.get('name');
  if (typeof name !== 'string') return undefined;
  const mended = name
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 100);
  return NAME_SHAPE.test(mended) ? `Write "${mended}"` : undefined;
}

/** The version of the definition; '' when it is wrong. */
export function readVersion(fields: Fields): string {
  const version = fields.text('version');
  if (version === undefined || semver.valid(version) === version || isWithBuild(version)) return version ?? '';
  const coerced = semver.coerce(version)?.version;
  fields.error(
    'VERSION_INVALID',
    'version',
    `expected a semantic version such as 1.2.0, but was ${kindOf(version)}`,
    coerced === undefined ? undefined : `Write "${coerced}"`,
  );
  return '';
}

/** semver.valid drops build metadata, which is allowed all the same. */
const isWithBuild = (version: string): boolean => {
  const parsed = semver.parse(version);
  return parsed !== null && parsed.build.length > 0 && `${parsed.version}+${parsed.build.join('.')}` === version;
};

const INPUT_FIELDS = new Set(['schema']);

/** `input.schema` */
export function readInput(document: Fields, problems: ProblemList): SchemaCheck | undefined {
  const value = document.get('input');
  if (value === undefined) return undefined;
  const fields = Fields.of(value, document.at('input'), '"input"', problems);
  fields?.checkNames(INPUT_FIELDS, 'input');
  const schema = fields?.get('schema');
  return schema === undefined ? undefined : readSchema(schema, pointer(document.at('input'), 'schema'), problems);
}

export function readLabels(document: Fields): Record<string, string> {
  const value = document.get('labels');
  const fields = value === undefined ? undefined : Fields.of(value, document.at('labels'), '"labels"', document.problems);
  const names = Object.keys(fields?.value ?? {});
  return Object.fromEntries(names.map((name) => [name, fields?.text(name, 1_000) ?? '']));
}
