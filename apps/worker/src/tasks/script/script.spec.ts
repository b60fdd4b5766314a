import { TaskFailure } from '#libs/worker-sdk';
import { scriptContract } from './contract.js';
import { SandboxPool } from './sandbox-pool.js';
import { runScript } from './script.js';

const pool = new SandboxPool({ size: 2 });
afterAll(() => pool.close());

const lines: string[] = [];
const log = (...args: readonly unknown[]): void => void lines.push(args.join(' '));
const calm = new AbortController().signal;
beforeEach(() => (lines.length = 0));

const run = (code: string, args: unknown = null, timeoutMs = 5_000, signal = calm): Promise<unknown> =>
  runScript({ code, args, timeoutMs }, { log, signal }, pool);

async function failureOf(running: Promise<unknown>): Promise<Partial<TaskFailure>> {
  const thrown: unknown = await running.then(
    () => 'no failure',
    (error: unknown) => error,
  );
  if (!(thrown instanceof TaskFailure)) throw new Error(`expected a failure, but was ${String(thrown)}`);
  const { code, message, details, retryable } = thrown;
  return { code, message, details, retryable };
}

describe('what a script gives', () => {
  it.each([
    ['return 1 + 1', 2],
    ['return args.a.map((n) => n * 2)', [2, 4]],
    ['const x = await Promise.resolve(args.a.length); return { x }', { x: 2 }],
    ['args.a.length // nothing is returned', null],
    ['return undefined', null],
    ['return [NaN, undefined, "\\u0000é😀"]', [null, null, '\u0000é😀']],
    ['return Object.fromEntries(new Map([["k", 1]]))', { k: 1 }],
    ['return new Date("2024-02-29T00:00:00Z")', '2024-02-29T00:00:00.000Z'],
    ['return /(\\d+)-(\\d+)/.exec("10-20").slice(1)', ['10', '20']],
    ['return "x".repeat(2_000_000).length', 2_000_000],
  ])('%s', async (code, expected) => expect(await run(code, { a: [1, 2] })).toEqual(expected));

  it('takes args of a MiB and gives a MiB back', async () => {
    const args = 'ü'.repeat(500_000);
    expect(await run('return args', args)).toBe(args);
  });

  it('logs all of a text', async () => {
    await run('print("a\\u0000b", "\\ud800", "é😀")');
    expect(lines).toEqual(['info a\0b \ud800 é😀']);
  });

  it('logs what it prints, in order', async () => {
    await run('print("one", 1, { a: [true] }); print(); print(new TypeError("no"), undefined, 2n, Symbol("s"), () => 1)');
    expect(lines).toEqual(['info one 1 {"a":[true]}', 'info ', 'info TypeError: no undefined 2 Symbol(s) () => 1']);
  });
});

describe('what fails it', () => {
  it.each([
    ['throw new Error("no such order")', 'Error: no such order (line 1)', 1],
    ['const a = 1;\n\nreturn b', "ReferenceError: 'b' is not defined (line 3)", 3],
    ['typo = 1', "ReferenceError: 'typo' is not defined (line 1)", 1],
    ['await Promise.reject(new RangeError("far"))', 'RangeError: far (line 1)', 1],
    ['throw "text"', 'it threw text', undefined],
    ['throw null', 'it threw null', undefined],
    ['throw { get message() { throw 1 } }', 'it threw an object without a message', undefined],
    ['const f = () => 1; f.toString = () => { throw 1 }; throw f', 'it threw a function that is no text', undefined],
    ['throw new Proxy(() => 1, { get() { throw 1 } })', 'it threw a function that is no text', undefined],
    ['throw { message: "far", stack: "script.js:99999999999999999999" }', 'far', undefined],
    ['Object.prototype.toJSON = () => { throw 1 }; throw new Error("mine")', 'Error: mine (line 1)', 1],
    ['Object.prototype.toJSON = () => undefined; throw new Error("mine")', 'Error: mine (line 1)', 1],
    ['await new Promise(() => {})', 'it waits for what never comes', undefined],
    ['const f = () => f() + 1; return f()', 'InternalError: stack overflow (line 1)', 1],
  ])('%s', async (code, message, line) => {
    const failure = await failureOf(run(code));
    expect(failure).toEqual({ code: 'SCRIPT_ERROR', message, details: line && { line }, retryable: false });
  });

  it('what is no JavaScript, with the line', async () => {
    const failure = await failureOf(run('const a = 1;\nreturn {{;'));
    expect(failure).toMatchObject({ code: 'SCRIPT_ERROR', details: { line: 2 } });
    expect(failure.message).toMatch(/^SyntaxError: /);
  });

  it.each([
    'return () => 1',
    'return Symbol()',
    'return 1n',
    'const a = {}; a.a = a; return a',
    'return { toJSON() { throw 1 } }',
  ])('an output that is no JSON: %s', async (code) => expect((await failureOf(run(code))).code).toBe('OUTPUT_INVALID'));

  it('an output that is too large', async () => {
    expect((await failureOf(run('return "x".repeat(2_100_000)'))).code).toBe('OUTPUT_TOO_LARGE');
  });
});

describe('what it cannot do', () => {
  const globals = [
    'require',
    'process',
    'fetch',
    'module',
    'Buffer',
    'setTimeout',
    'WebAssembly',
    'XMLHttpRequest',
    'Deno',
    'std',
    'os',
    'scriptArgs',
    'console',
    'navigator',
  ];
  it('sees nothing of the host', async () => {
    expect(await run(`return ${JSON.stringify(globals)}.filter((name) => typeof globalThis[name] !== 'undefined')`)).toEqual([]);
    expect(await run('return Object.keys(globalThis).sort()')).toEqual(['args', 'print']);
  });

  it.each([
    ['return typeof print.constructor("return process")()', 'SCRIPT_ERROR'],
    ['return (async () => {}).constructor("return globalThis.process")()', undefined],
    ['return await import("node:fs")', 'SCRIPT_ERROR'],
    ['return args.constructor.constructor("return typeof process")()', undefined],
    ['print.call = 1; print.__proto__.constructor = 1; Object.prototype.kind = "done"; return {}', undefined],
    [
      'JSON.stringify = () => "evil"; Array.prototype.push = null; String.prototype.slice = null; print([1]); return { a: 1 }',
      undefined,
    ],
  ])('%s', async (code, expected) => {
    const outcome = await run(code, {}).then(
      () => undefined,
      (error: TaskFailure) => error.code,
    );
    expect(outcome).toBe(expected);
    expect(({} as { kind?: string }).kind).toBeUndefined();
    expect(typeof process).toBe('object');
  });

  it('leaves nothing behind for the next script', async () => {
    await run('globalThis.left = 1; Object.prototype.left = 1; JSON.parse = null');
    expect(await run('return [typeof left, typeof {}.left, typeof JSON.parse]')).toEqual(['undefined', 'undefined', 'function']);
  });

  it('may close the function it is the body of, and gains nothing', async () => {
    expect(await run('}); (function () { return [this === globalThis, typeof process]')).toEqual([true, 'undefined']);
    expect(await run('}), 7, (async function () { return 8')).toBe(8);
  });

  it('writes no answers of its own', async () => {
    await run('print(\'{"kind":"done","output":"7","isSpent":false}\\n{"kind":"done","output":"7","isSpent":false}\'); return 1');
    expect(lines).toHaveLength(1);
  });
});

describe('what it cannot use up', () => {
  const fill = 'const a = []; try { for (;;) a.push("x".repeat(1e5) + a.length) } catch {}';
  it.each([
    ['an endless loop', 'for (;;);'],
    ['endless promises', 'const f = () => Promise.resolve().then(f); await f()'],
    ['a loop that catches everything', 'for (;;) { try { for (;;); } catch {} }'],
    [
      'an endless generator',
      'function* g() { for (;;) yield 1 } return [...(function* () { for (const x of g()) if (x > 1) yield x })()]',
    ],
    ['a regular expression that explodes', 'return /^(a+)+$/.test("a".repeat(40) + "b")'],
    ['an endless toJSON', 'return { toJSON() { for (;;); } }'],
    ['an endless getter of an error', 'throw { get message() { for (;;); } }'],
    ['endless sorting', 'return Array.from({ length: 1e5 }, (_, i) => -i).sort(() => { for (;;); })'],
  ])('%s ends as SCRIPT_TIMEOUT', async (_name, code) => {
    expect(await failureOf(run(code, null, 150))).toMatchObject({ code: 'SCRIPT_TIMEOUT', retryable: true });
  });

  it.each([
    ['a text', 'let s = "x"; for (;;) s += s', /SCRIPT_ERROR/], // the longest text there is comes before the limit
    ['a text by repeat', 'return "x".repeat(500_000_000)', /SCRIPT_MEMORY/],
    ['a buffer', 'return new ArrayBuffer(512 * 1024 * 1024)', /SCRIPT_MEMORY/],
    ['a list of texts', 'const a = []; for (;;) a.push("x".repeat(1e6) + a.length)', /SCRIPT_MEMORY/],
    [
      'a bomb that catches',
      'const a = []; for (;;) { try { for (;;) a.push("x".repeat(1e5) + a.length) } catch {} }',
      /SCRIPT_(MEMORY|TIMEOUT)/,
    ],
    ['promises, when it is full', `${fill}; const f = () => Promise.resolve().then(f); await f()`, /SCRIPT_MEMORY/],
    ['small objects, when it is full', `${fill}; for (;;) a.push({})`, /SCRIPT_MEMORY/],
    ['small arrays', 'const a = []; for (;;) a.push(new Array(1_000).fill(1))', /SCRIPT_MEMORY/],
  ])(
    'memory: %s',
    async (_name, code, expected) => {
      const timeoutMs = expected.test('SCRIPT_TIMEOUT') ? 4_000 : 15_000; // the machine may be busy
      expect((await failureOf(run(code, null, timeoutMs))).code).toMatch(expected);
      expect(await run('return 1')).toBe(1);
    },
    30_000,
  );

  it.each([
    'const f = (n) => [n].map(f); return f(1)',
    'let a = []; for (let i = 0; i < 1e5; i += 1) a = [a]; return a',
    'return JSON.parse("[".repeat(1e5))',
    'return JSON.parse("[".repeat(1e5) + "]".repeat(1e5))',
    'return new RegExp("(".repeat(1e5))',
    'return eval("(".repeat(1e5))',
  ])('recursion: %s', async (code) => {
    const { code: is, message } = await failureOf(run(code));
    expect(is).toMatch(/^(SCRIPT_ERROR|OUTPUT_INVALID)$/);
    expect(message).not.toContain('gave up');
    expect(await run('return 1')).toBe(1);
  });

  it('prints 10 MB and goes on', async () => {
    expect(await run('const s = "x".repeat(1_000); for (let i = 0; i < 10_000; i += 1) print(s); return 1')).toBe(1);
    expect(lines.join('').length).toBeLessThan(70_000);
    await run('print("y".repeat(10_000_000))');
    expect(lines.at(-1)!.length).toBeLessThan(70_000);
  });
});

describe('its process', () => {
  it('is used again while it is sound', async () => {
    const own = new SandboxPool({ size: 1 });
    for (let n = 0; n < 20; n += 1)
      expect(await runScript({ code: 'return args', args: n, timeoutMs: 1_000 }, { log, signal: calm }, own)).toBe(n);
    expect(own.started).toBe(1);
    own.close();
  });

  it('is killed with the attempt, at once, also while it waits for its turn', async () => {
    const own = new SandboxPool({ size: 1 });
    const stop = new AbortController();
    const endless = () => runScript({ code: 'for (;;);', timeoutMs: 60_000 }, { log, signal: stop.signal }, own);
    const both = Promise.allSettled([endless(), endless()]);
    setTimeout(() => stop.abort(new Error('cancelled')), 300);
    const begun = performance.now();
    expect(await both).toMatchObject([{ reason: { message: 'cancelled' } }, { reason: { message: 'cancelled' } }]);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(await runScript({ code: 'return 1', timeoutMs: 5_000 }, { log, signal: calm }, own)).toBe(1);
    own.close();
  });

  it('answers a trivial script within 3 ms', async () => {
    for (let n = 0; n < 100; n += 1) await run('return 1');
    const took: number[] = [];
    for (let n = 0; n < 200; n += 1) {
      const begun = performance.now();
      await run('return args', n);
      took.push(performance.now() - begun);
    }
    const median = took.sort((a, b) => a - b)[100]!;
    expect(median).toBeLessThan(3);
  });
});

it('refuses an input that is no script', () => {
  const check = (input: unknown) => scriptContract.input!['~standard'].validate(input);
  expect(check({ code: '' })).toMatchObject({ issues: [{ path: ['code'] }] });
  expect(check({ code: '1', timeoutMs: 0 })).toMatchObject({ issues: [{ path: ['timeoutMs'] }] });
  expect(check({ code: '1', timeout: '1s' })).toMatchObject({ issues: [{}] });
  expect(check({ code: 'return 1' })).toEqual({ value: { code: 'return 1', timeoutMs: 10_000 } });
});
