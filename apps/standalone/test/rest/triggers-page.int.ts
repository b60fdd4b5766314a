import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import { runCli } from '#apps/cli';
import { TestShell } from '../../../cli/src/testing/test-shell.js';
import { Product } from './product.js';

jest.setTimeout(60_000);

const page = readFileSync(new URL('../../../../docs/triggers.md', import.meta.url), 'utf8');

/** The definitions and commands of the page, in its order. */
const blocks = [...page.matchAll(/^```(yaml|sh)\n([\s\S]*?)^```$/gm)].map(([, kind, text]) => ({ kind, text: text! }));
const commands = blocks
  .filter(({ kind }) => kind === 'sh')
  .flatMap(({ text }) => text.trim().split('\n'))
  .map((line) => /^orquestra (.*?)(?:\s+# → (.*))?$/.exec(line)!.slice(1) as [string, string | undefined]);

/** As a shell splits it; quotes hold words together. */
const words = (line: string): string[] => [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);

describe('the page about triggers', () => {
  let product: Product;
  beforeAll(async () => {
    product = await Product.open();
    for (const { kind, text } of blocks) if (kind === 'yaml') await product.client.registerDefinition({ text, format: 'yaml' });
  });
  afterAll(() => product.close());

  it.each(commands)('orquestra %s', async (line, said = '') => {
    const shell = new TestShell(true, { ORQUESTRA_URL: product.url, NO_COLOR: '1', USER: 'ada' }, Date.now());
    const exitCode = await runCli(words(line), shell);
    expect({ exitCode, text: shell.written + shell.complained }).toEqual({ exitCode: 0, text: expect.stringContaining(said) });
  });
});
