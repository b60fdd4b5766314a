import type { z } from 'zod';
import { problemKinds } from '../rest/problems.js';
import { openApiDocument, operations } from './openapi.js';

const document = openApiDocument('1.2.3') as {
  openapi: string;
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>;
  components: { schemas: Record<string, unknown> };
};

describe('openApiDocument', () => {
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
      const name = /#\/components\/schemas\/([^"]+)"$/.exec(reference)?.[1];
      expect(document.components.schemas[name ?? reference]).toBeDefined();
    }
  });

  it('names every path parameter of every path', () => {
    for (const operation of operations) {
      const named = [...operation.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(Object.keys(operation.params?.shape ?? {}).sort()).toEqual(named.sort());
    }
  });
});

describe('examples', () => {
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
