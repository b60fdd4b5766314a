import { TaskFailure } from '#libs/worker-sdk';
import { SandboxPool } from './sandbox-pool.js';
import { runScript } from './script.js';

/** `ORQUESTRA_TEST_SCALE=full`: as many as the product promises to survive. */
const count = process.env['ORQUESTRA_TEST_SCALE'] === 'full' ? 10_000 : 300;

const cheap = [
  'throw new Error("no")',
  'return {',
  'const f = () => f() + 1; return f()',
  'return print.constructor("return process.exit()")()',
  'return await import("node:child_process")',
  'return () => 1',
  'throw { get message() { throw 1 } }',
];
/** Of a hundred scripts, those at these places cost their process more than a little. */
const dear: Readonly<Record<number, string>> = {
  10: 'for (;;);',
  30: 'for (;;) { try { for (;;); } catch {} }',
  50: 'return new ArrayBuffer(512 * 1024 * 1024)',
  70: 'return /^(a+)+$/.test("a".repeat(40) + "b")',
  90: 'const s = "x".repeat(1_000); for (let i = 0; i < 10_000; i += 1) print(s); throw 1',
};

it(`${count} bad scripts in a row fail, and leave the worker as it was`, async () => {
  const pool = new SandboxPool({ size: 2 });
  const step = { log: () => undefined, signal: new AbortController().signal };
  const run = (code: string, timeoutMs: number) => runScript({ code, timeoutMs }, step, pool);
  const codes = new Set<unknown>();
  const megabytes = (): number => process.memoryUsage().rss / 1e6;
  let next = 0;
  let before = 0;
  const one = async (): Promise<void> => {
    while (next < count) {
      const n = next++;
      if (n === Math.floor(count / 4)) before = megabytes();
      const isDear = dear[n % 100] !== undefined;
      const thrown: unknown = await run(dear[n % 100] ?? cheap[n % cheap.length]!, isDear ? 50 : 5_000).catch(
        (error: unknown) => error,
      );
      codes.add(thrown instanceof TaskFailure ? thrown.code : thrown);
    }
  };
  await Promise.all([one(), one()]);
  expect([...codes].sort()).toEqual(expect.arrayContaining(['OUTPUT_INVALID', 'SCRIPT_ERROR', 'SCRIPT_TIMEOUT']));
  expect([...codes].filter((code) => typeof code !== 'string')).toEqual([]);
  expect(await run('return 1', 5_000)).toBe(1);
  expect(megabytes() - before).toBeLessThan(100);
  expect(pool.started).toBeLessThan(count / 10);
  pool.close();
}, 900_000);
