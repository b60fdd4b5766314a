import { type Break, type Direction, follow, type Schema, schemaBreaks } from './schema-breaks.js';

const methods = ['get', 'put', 'post', 'delete', 'patch'];
const partOf = (value: unknown, name: string): Schema => ((value as Schema | undefined)?.[name] ?? {}) as Schema;

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: unknown;
}

/** What no longer works for those who call the API as the former document says. */
export function openApiBreaks(before: Schema, after: Schema): Break[] {
  const compare = (old: unknown, current: unknown, direction: Direction, where: string): Break[] =>
    schemaBreaks({ schema: old, document: before }, { schema: current, document: after }, direction, where);
  return operationsOf(before).flatMap(({ method, path, operation }) => {
    const where = `${method.toUpperCase()} ${path}`;
    const current = partOf(partOf(after, 'paths'), path)[method] as Schema | undefined;
    if (current === undefined) return [{ rule: 'operation-removed', where, text: 'was there, and is gone' }];
    return [
      ...(operation['operationId'] === current['operationId']
        ? []
        : [
            {
              rule: 'operation-renamed',
              where,
              text: `operationId was ${String(operation['operationId'])}, and is ${String(current['operationId'])}`,
            },
          ]),
      ...parameterBreaks(operation, current, where, before, after, compare),
      ...bodyBreaks(operation, current, where, compare),
      ...answerBreaks(operation, current, where, compare),
    ];
  });
}

type Compare = (old: unknown, current: unknown, direction: Direction, where: string) => Break[];

const operationsOf = (document: Schema) =>
  Object.entries(partOf(document, 'paths')).flatMap(([path, item]) =>
    methods
      .filter((method) => (item as Schema)[method] !== undefined)
      .map((method) => ({ method, path, operation: (item as Schema)[method] as Schema })),
  );

const parametersOf = (operation: Schema, document: Schema): readonly Parameter[] =>
  ((operation['parameters'] ?? []) as (Parameter & { $ref?: string })[]).map((each) =>
    each.$ref === undefined ? each : (follow(each.$ref, document) as Parameter),
  );

function parameterBreaks(old: Schema, current: Schema, where: string, before: Schema, after: Schema, compare: Compare): Break[] {
  const [olds, news] = [parametersOf(old, before), parametersOf(current, after)];
  const twinIn = (list: readonly Parameter[], each: Parameter): Parameter | undefined =>
    list.find((other) => other.name === each.name && other.in === each.in);
  const at = ({ in: place, name }: Parameter): string => `${where} ${place} ${name}`;
  return [
    ...olds.flatMap((each) => {
      const twin = twinIn(news, each);
      if (twin === undefined) return [{ rule: 'parameter-removed', where: at(each), text: 'was there, and is gone' }];
      return compare(each.schema, twin.schema, 'request', at(each));
    }),
    ...news
      .filter((each) => each.required === true && twinIn(olds, each)?.required !== true)
      .map((each) => ({ rule: 'parameter-required', where: at(each), text: 'could be left out, and is required now' })),
  ];
}

function bodyBreaks(old: Schema, current: Schema, where: string, compare: Compare): Break[] {
  const [before, after] = [old['requestBody'] as Schema | undefined, current['requestBody'] as Schema | undefined];
  const at = `${where} body`;
  if (after?.['required'] === true && before?.['required'] !== true)
    return [{ rule: 'body-required', where: at, text: 'could be left out, and is required now' }];
  return before === undefined ? [] : contentBreaks(before, partOf(current, 'requestBody'), 'request', at, compare);
}

/** Only of answers that say it was done: problems have one shape, and codes may be added. */
function answerBreaks(old: Schema, current: Schema, where: string, compare: Compare): Break[] {
  const news = partOf(current, 'responses');
  return Object.entries(partOf(old, 'responses'))
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([status, answer]) => {
      const at = `${where} ${status}`;
      if (news[status] === undefined) return [{ rule: 'answer-removed', where: at, text: 'was there, and is gone' }];
      return contentBreaks(answer as Schema, partOf(news, status), 'response', at, compare);
    });
}

function contentBreaks(old: Schema, current: Schema, direction: Direction, where: string, compare: Compare): Break[] {
  const news = partOf(current, 'content');
  return Object.entries(partOf(old, 'content')).flatMap(([type, content]) => {
    if (news[type] === undefined) return [{ rule: 'content-type-removed', where, text: `${type} was there, and is gone` }];
    return compare(partOf(content, 'schema'), partOf(news[type], 'schema'), direction, where);
  });
}
