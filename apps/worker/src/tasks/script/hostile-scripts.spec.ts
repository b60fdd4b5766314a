import fc from 'fast-check';
import { storable } from '#libs/engine';
import { fuzzRuns, fuzzSeedWords, hostileJson, hostileText, isPolluted } from '#libs/testing';
import { TaskFailure } from '#libs/worker-sdk';
import { scriptContract } from './contract.js';
import { SandboxPool } from './sandbox-pool.js';
import { runScript } from './script.js';

/** Of each script; starting a process counts too. */
const timeoutMs = 600;
/** Until the worker has an outcome, whatever the script does; the machine may be busy. */
const atMostMs = timeoutMs + 5_000;

const pick = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);
const quoted = hostileText.map((text) => JSON.stringify(text));

const plain = fc.oneof(
  pick('null', 'undefined', 'NaN', '-0', '1n', '2n ** 70n', 'Symbol("s")', 'globalThis', 'args', 'print', 'this', 'arguments'),
  pick('Object.create(null)', 'new Date(NaN)', 'new Map([[{}, 1]])', 'new WeakRef({})', 'new SharedArrayBuffer(8)', '/(a+)+$/'),
  pick('(() => 1)', '(function* () { for (;;) yield 1 })()', 'class {}', 'Promise.reject(1)', 'new Promise(() => {})'),
  pick('new RangeError("far")', 'new AggregateError([1], "many")', 'Object.freeze(new Error("cold"))', 'new Error("", { cause: args })'),
  pick('(() => { const a = {}; a.a = a; return a })()', '(() => { let a = 1; for (let i = 0; i < 3_000; i += 1) a = [a]; return a })()'),
  pick('"x".repeat(3_000_000)', '"\\0\\ud800".repeat(1e5)', 'new Array(4_294_967_295)', 'new ArrayBuffer(3e7)', 'Array(3e5).fill({})'),
  pick('constructor.constructor("return process")()', 'print.constructor("return this")()', 'eval("process")', 'import("node:fs")'),
  quoted,
  hostileJson.map((text) => `JSON.parse(${JSON.stringify(text)})`),
); // prettier-ignore

const member = pick(
  ...['message', 'name', 'stack', 'code', 'cause', 'then', 'toJSON', 'toString', 'valueOf', 'constructor', 'length', '__proto__'],
  ...['[Symbol.toPrimitive]', '[Symbol.iterator]', '[Symbol.toStringTag]', '[Symbol.hasInstance]', 'polluted', '0'],
);
const trap = pick('get', 'has', 'ownKeys', 'getPrototypeOf', 'getOwnPropertyDescriptor', 'apply');

/** An expression that is more than it seems. */
const value: fc.Arbitrary<string> = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3 },
    plain,
    fc.tuple(member, tie('any')).map(([name, of]) => `({ ${name}: ${of} })`),
    fc.tuple(member, tie('any')).map(([name, of]) => `({ get ${name}() { throw ${of} } })`),
    fc.tuple(member, tie('any')).map(([name, of]) => `({ ${name}() { return ${of} } })`),
    fc.tuple(member, tie('any')).map(([name, of]) => `Object.assign(() => 1, { ${name}() { throw ${of} } })`),
    fc.tuple(trap, tie('any')).map(([name, of]) => `new Proxy(() => 1, { ${name}() { throw ${of} } })`),
    fc.tuple(member, tie('any')).map(([name, of]) => `Object.assign(new Error("odd"), { ${name}: ${of} })`),
    fc.tuple(hostileText, tie('any')).map(([text, of]) => `({ stack: "script.js:" + ${JSON.stringify(text)} + "9".repeat(20), a: ${of} })`),
    tie('any').map((of) => `[${of}, ${of}]`),
  ),
})).any; // prettier-ignore

const prototype = pick('Object', 'Array', 'String', 'Function', 'Error', 'Promise', 'Symbol', 'Number').map(
  (of) => `${of}.prototype`,
);
const tampering = fc.oneof(
  fc.tuple(prototype, member, value).map(([of, name, to]) => `Object.defineProperty(${of}, ${keyOf(name)}, { value: ${to} })`),
  fc.tuple(prototype, member, value).map(([of, name, to]) => `Object.defineProperty(${of}, ${keyOf(name)}, { get() { throw ${to} } })`),
  fc.tuple(pick('JSON.stringify', 'JSON.parse', 'String', 'Error', 'Promise', 'print', 'args', 'globalThis.toJSON'), value).map(([of, to]) => `${of} = ${to}`),
  pick('({}).__proto__.polluted = true', 'args.__proto__.polluted = true', 'delete Function.prototype.call', 'Object.freeze(Object.prototype)'),
  pick('Object.prototype.kind = "done"', 'Object.setPrototypeOf(globalThis, new Proxy({}, { get() { throw 1 } }))'),
); // prettier-ignore

const act = fc.oneof(
  fc.tuple(pick('return', 'throw', 'return await', 'await', 'return typeof', 'return eval', 'return () =>'), value).map(([what, of]) => `${what} (${of})`),
  value.map((of) => `print(${of}, ${of})`),
  value.map((of) => `try { throw ${of} } finally { print(1) }`),
); // prettier-ignore

/** What would go on for ever; few, for each takes its time. */
const endless = pick(
  'for (;;);',
  'for (;;) { try { for (;;); } catch {} }',
  'const f = () => Promise.resolve().then(f); await f()',
  'return { toJSON() { for (;;); } }',
  'throw { get message() { for (;;); } }',
  'const a = []; for (;;) { try { for (;;) a.push("x".repeat(1e5) + a.length) } catch {} }',
  'const f = () => f() + 1; for (;;) { try { f() } catch {} }',
  'for (;;) print("x".repeat(1_000))',
);

/** Texts that are no script, or close the function they are the body of. */
const broken = fc.oneof(
  hostileText.filter((text) => text !== ''),
  fc.tuple(act, hostileText).map(([code, text]) => `${code}${text}`),
  pick('}); (function () { return 7', '}), 7, (async function () { return 8', '})(); throw 1; (async () => {', '}', '/*', '`', 'return 1\0'),
); // prettier-ignore

const script = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(fc.array(tampering, { maxLength: 2 }), act).map(([before, last]) => [...before, last].join(';\n')) },
  { weight: 5, arbitrary: broken },
  { weight: 1, arbitrary: endless },
); // prettier-ignore

const keyOf = (name: string): string => (name.startsWith('[') ? name.slice(1, -1) : JSON.stringify(name));

const calm = new AbortController().signal;
const pool = new SandboxPool({ size: 1 });
afterAll(() => pool.close());

function expectFailure(error: unknown): void {
  if (!(error instanceof TaskFailure)) throw error;
  const { code, message, retryable } = error;
  expect(scriptContract.errors).toContain(code);
  expect(retryable).toBe(code === 'SCRIPT_TIMEOUT');
  expect(message.length).toBeLessThan(5_000);
  expect(message).toMatch(code === 'SCRIPT_ERROR' ? /./u : /^expected /);
  expect(message).not.toMatch(/gave up|the process that ran/); // what was wrong is the script, not what ran it
}

describe('any script', () => {
  it(`gives JSON or fails with a code, in its time, and leaves nothing behind (${fuzzSeedWords})`, async () => {
    const property = fc.asyncProperty(script, fc.jsonValue({ maxDepth: 2 }), async (code, args) => {
      const lines: unknown[] = [];
      const step = { log: (...line: readonly unknown[]) => void lines.push(line[1]), signal: calm };
      const began = performance.now();
      try {
        const { value: kept } = storable(await runScript({ code, args, timeoutMs }, step, pool));
        expect(typeof JSON.stringify(kept)).toBe('string');
      } catch (error) {
        expectFailure(error);
      }
      expect(performance.now() - began).toBeLessThan(atMostMs);
      expect(lines.every((line) => typeof line === 'string')).toBe(true);
      expect(isPolluted()).toBe(false);
      const next = { code: 'return ["polluted" in {}, Object.keys(globalThis), JSON.stringify(print.call)]', timeoutMs: 10_000 };
      expect(await runScript(next, step, pool)).toEqual([false, ['args', 'print'], null]);
    });
    await fc.assert(property, fuzzRuns(120, 4_000));
  }, 600_000);
});
