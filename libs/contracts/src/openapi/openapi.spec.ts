import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { z } from 'zod';
import { problemKinds } from '../rest/problems.js';
import { openApiDocument, operations } from './openapi.js';

const document = openApiDocument('1.2.3') as {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, { headers?: unknown }> }>>;
  components: Record<'schemas' | 'headers', Record<string, unknown>>;
};

const schemaFile = createRequire(import.meta.url).resolve('@seriousme/openapi-schema-validator/schemas/v3.1/schema.json');

describe('openApiDocument', () => {
  it('fits the schema of OpenAPI 3.1', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
    const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, 'utf8')) as object);
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
    validate({ ...document, paths: { 'no-slash': {} } });
    expect(validate.errors).not.toHaveLength(0);
  });

  it('holds every operation once, under its own id', () => {
    const ids = Object.values(document.paths).flatMap((methods) => Object.values(methods).map((each) => each.operationId));
    expect(document.openapi).toBe('3.1.0');
    expect(ids.sort()).toEqual(operations.map(({ id }) => id).sort());
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('refers only to components that are there', () => {
    const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) {
      const [, kind, name] = /#\/components\/(schemas|headers)\/([^"]+)"$/.exec(reference) ?? [];
      expect(document.components[kind as 'schemas' | 'headers']?.[name ?? reference]).toBeDefined();
    }
  });

  it('says of refusals for a moment that they tell when to try again', () => {
    const { responses } = document.paths['/api/v1/instances']?.['post'] ?? {};
    const header = { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } };
    expect(responses?.[503]?.headers).toEqual(header);
    expect(responses?.[429]?.headers).toEqual(header);
    expect(responses?.[409]?.headers).toBeUndefined();
  });

  it('names every path parameter of every path', () => {
    for (const operation of operations) {
      const named = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(operation.params?.shape ?? {}).sort()).toEqual(named.sort());
    }
  });
});

describe('examples', () => {
  it('are there for every operation, for the tests of the gateway to send', () => {
    expect(operations.filter(({ examples }) => examples.length === 0).map(({ id }) => id)).toEqual([]);
  });

  const all = operations.flatMap((operation) => operation.examples.map((example) => ({ operation, example })));

  it.each(all.map((each) => [`${each.operation.id}: ${each.example.name}`, each] as const))(
    '%s fits its schemas',
    (_, { operation, example }) => {
      const known = operation.responses[example.status];
      const problem = operation.problems.some((code) => problemKinds[code][0] === example.status) || example.status === 400;
      expect(known !== undefined || problem).toBe(true);
      if (example.response !== undefined) expect(known?.schema?.safeParse(example.response).error).toBeUndefined();
      if (example.params) expect(operation.params?.safeParse(example.params).error).toBeUndefined();
      if (example.status >= 300) return;
      if (example.body !== undefined && typeof example.body !== 'string')
        expect(operation.body?.schema.safeParse(example.body).error).toBeUndefined();
      const own = Object.entries(example.query ?? {}).filter(([name]) => !name.startsWith('tag.'));
      if (own.length > 0) expect((operation.query as z.ZodObject).safeParse(Object.fromEntries(own)).error).toBeUndefined();
    },
  );
});
