import { z } from 'zod';
import { operations } from '#libs/contracts';
import { ApiProblem } from './api-problem.js';
import { boundsFault } from './body-bounds.js';
import { classifyError } from './classify-error.js';
import { faultsOf } from './issues.js';
import { parseJson } from './json-text.js';
import { originProblem } from './origin-check.js';
import { RouteTable } from './route-table.js';

describe('boundsFault', () => {
  const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;

  it.each([
    ['a number', 1, undefined],
    ['null', null, undefined],
    ['64 levels', nested(64), undefined],
    ['65 levels', nested(65), { kind: 'depth' }],
    ['200,000 levels', nested(200_000), { kind: 'depth' }],
    ['10,000 keys', Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`k${i}`, i])), undefined],
    ['10,001 keys', Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`k${i}`, i])), { kind: 'keys', found: 10_001 }],
    ['100,000 items', Array.from({ length: 100_000 }, () => 0), undefined],
    [
      'a forbidden key',
      JSON.parse('{"a":[{"b/c":{"__proto__":1}}]}'),
      { kind: 'forbidden', key: '__proto__', path: '/a/0/b~1c/__proto__' },
    ],
  ])('%s', (_, value, expected) => expect(boundsFault(value)).toEqual(expected));
});

describe('parseJson', () => {
  it.each([
    ['{"a":1}', { value: { a: 1 } }],
    ['{\n  "a": }', { fault: { line: 2, column: 8 } }],
    ['{"a":1', { fault: { line: 1, column: 7 } }],
    ['', { fault: { line: 1, column: 1 } }],
    [`${'[1,'.repeat(100)}x`, { fault: { line: 1, column: 301 } }],
  ])('%s', (text, expected) => expect(parseJson(text)).toMatchObject(expected));

  it('does not repeat the text in its reason', () => {
    const parsed = parseJson('{"password":"hunter2",}');
    expect('fault' in parsed && parsed.fault.reason).not.toContain('hunter2');
  });
});

describe('faultsOf', () => {
  const schema = z.strictObject({
    name: z.string(),
    inner: z.strictObject({ count: z.int().max(5) }).optional(),
    kind: z.enum(['a', 'b']).optional(),
  });
  const faults = (value: unknown) =>
    faultsOf(schema.safeParse(value, { reportInput: true }).error as z.ZodError, schema, 'pointer');

  it.each([
    [{}, { code: 'REQUIRED', path: '/name', message: 'expected string, but there was nothing' }],
    [{ name: 7 }, { code: 'INVALID', path: '/name', message: 'expected string, but was 7' }],
    [
      { name: 'x', inner: { count: 9 } },
      { path: '/inner/count', message: 'expected at most 5' },
    ],
    [
      { name: 'x', kind: 'c' },
      { path: '/kind', message: 'expected "a" or "b", but was "c"' },
    ],
    [
      { name: 'x', inner: { cuont: 1, count: 1 } },
      { code: 'UNKNOWN_FIELD', path: '/inner/cuont', hint: 'did you mean "count"? Known: count' },
    ],
  ])('%j', (value, expected) => expect(faults(value)).toContainEqual(expect.objectContaining(expected)));

  it('shortens what was found', () => {
    expect(faults({ name: ['x'.repeat(10_000)] })[0]?.message.length).toBeLessThan(150);
  });
});

describe('originProblem', () => {
  const local = { allowedOrigins: ['https://ops.example'], isLoopback: true };
  const open = { allowedOrigins: [], isLoopback: false };

  it.each([
    ['a program', local, { host: 'localhost:3000' }, undefined],
    ['our own page', local, { host: 'localhost:3000', origin: 'http://localhost:3000' }, undefined],
    ['our own page by address', local, { host: '127.0.0.1:3000', origin: 'http://127.0.0.1:3000' }, undefined],
    ['our own page by IPv6', local, { host: '[::1]:3000', origin: 'http://[::1]:3000' }, undefined],
    ['an allowed page', local, { host: 'localhost:3000', origin: 'https://ops.example' }, undefined],
    ['another port of this machine', local, { host: 'localhost:3000', origin: 'http://localhost:4000' }, 'ORIGIN_REFUSED'],
    ['a stranger', local, { host: 'localhost:3000', origin: 'https://evil.example' }, 'ORIGIN_REFUSED'],
    ['an opaque origin', local, { host: 'localhost:3000', origin: 'null' }, 'ORIGIN_REFUSED'],
    ['a name that was bent to us', local, { host: 'evil.example:3000', origin: 'http://evil.example:3000' }, 'HOST_REFUSED'],
    ['a name that begins like ours', local, { host: 'localhost.evil.example' }, 'HOST_REFUSED'],
    ['no host', local, {}, 'HOST_REFUSED'],
    ['any name off loopback', open, { host: 'orquestra.example', origin: 'https://orquestra.example' }, undefined],
  ])('%s', (_, rules, headers, code) => expect(originProblem({ headers }, rules)?.code).toBe(code));
});

describe('RouteTable', () => {
  const routes = new RouteTable();

  it('finds every operation by an address of its form', () => {
    for (const operation of operations) {
      const path = operation.path.replace(/\{\w+\}/g, 'x');
      expect(routes.match(operation.method.toUpperCase(), path)).toEqual({ found: 'operation', operation });
    }
  });

  it.each([
    ['HEAD', '/api/v1/instances', { found: 'operation' }],
    ['POST', '/api/v1/definitions/validate', { found: 'operation', operation: { id: 'validateDefinition' } }],
    ['PATCH', '/api/v1/instances', { found: 'otherMethods', allow: ['POST', 'GET'] }],
    ['GET', '/api/v1/instances/a/b', { found: 'nothing' }],
    ['GET', '/api/v1/schemas/definitionXjson', { found: 'nothing' }],
  ])('%s %s', (method, path, expected) => expect(routes.match(method, path)).toMatchObject(expected));
});

describe('classifyError', () => {
  const withCode = (code: string, message = 'x') => Object.assign(new Error(message), { code });

  it.each([
    ['a refusal', new ApiProblem('KEY_TAKEN', 'x'), 'KEY_TAKEN'],
    ['a refused connection', withCode('ECONNREFUSED'), 'DATABASE_UNAVAILABLE'],
    ['a server that shuts down', withCode('57P01'), 'DATABASE_UNAVAILABLE'],
    ['too many connections', withCode('53300'), 'DATABASE_UNAVAILABLE'],
    ['a fail-over', withCode('25006'), 'DATABASE_UNAVAILABLE'],
    [
      'a broken connection, wrapped',
      new Error('query failed', { cause: new Error('Connection terminated unexpectedly') }),
      'DATABASE_UNAVAILABLE',
    ],
    ['a value PostgreSQL cannot read', Object.assign(new Error('x'), { driverError: { code: '22P02' } }), 'PARAMETER_INVALID'],
    ['a syntax error of ours', withCode('42601'), 'INTERNAL_ERROR'],
    ['a bug', new TypeError('x is not a function'), 'INTERNAL_ERROR'],
    ['something that is no error', 'text', 'INTERNAL_ERROR'],
    ['nothing', undefined, 'INTERNAL_ERROR'],
  ])('%s', (_, error, code) => expect(classifyError(error).code).toBe(code));

  it('says nothing of what went wrong inside', () => {
    expect(JSON.stringify(classifyError(new Error('secret at /home/x.ts:1')).body('t'))).not.toContain('secret');
  });
});
