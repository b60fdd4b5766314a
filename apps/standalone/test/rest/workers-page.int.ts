import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { runCli } from '#apps/cli';
import { TestShell } from '../../../cli/src/testing/test-shell.js';
import { until } from '#libs/testing';
import { Product } from './product.js';

jest.setTimeout(60_000);

const page = readFileSync(new URL('../../../../docs/workers.md', import.meta.url), 'utf8');

/** The definitions and commands of the page, in its order. */
const blocks = [...page.matchAll(/^```(yaml|sh)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({ kind, text: text! }));
const commands = blocks
  .filter(({ kind }) => kind === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'))
  .map((line) => /^orquestra (.*?)(?:\s+# → (.*))?$/.exec(line)!.slice(1) as [string, string | undefined]);

/** As a shell splits it; quotes hold words together. */
const words = (line: string): string[] => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

/** A new id in place of that of the page, which is too old to be taken. */
const freshId = (): string => {
  const hex = Date.now().toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000001`;
};

describe('the page about workers', () => {
  let product: Product;
  let worker: string;
  const id = freshId();
  beforeAll(async () => {
    product = await Product.open();
    for (const { kind, text } of blocks) if (kind === 'yaml') await product.client.registerDefinition({ text, format: 'yaml' });
    worker = (await until(async () => (await product.client.workers())[0]?.id, 10_000))!;
  });
  afterAll(() => product.close());

  it.each(commands)('orquestra %s', async (line, said = '') => {
    const own = line.replaceAll('worker-1', worker).replaceAll('01940000-0000-7000-8000-000000000001', id);
    const run = async () => {
      const shell = new TestShell(true, { ORQUESTRA_URL: product.url, NO_COLOR: '1', USER: 'ada' }, Date.now());
      const exitCode = await runCli(words(own), shell);
      return { exitCode, text: shell.written + shell.complained };
    };
    let told = await run();
    const isRead = /^(instance|worker) (get|list)/.test(own); // what was just told may not have been decided yet
    if (isRead) await until(async () => (told.text.includes(said) ? true : void (told = await run())), 10_000);
    expect(told).toEqual({ exitCode: 0, text: expect.stringContaining(said) });
  });
});
