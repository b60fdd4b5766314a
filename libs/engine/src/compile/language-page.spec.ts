import { readdirSync, readFileSync } from 'node:fs';
import { compileTemplate } from '../expressions/compile-template.js';
import { functions } from '../expressions/functions/index.js';
import type { Json } from '../model/json.js';

const source = new URL('../', import.meta.url);
const page = readFileSync(new URL('../../../docs/language.md', source), 'utf8');

const fences = [...page.matchAll(/```expressions\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

const examples = fences.flatMap((block) =>
  block
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+=> /) as [string, string]),
);

const input: Json = {
  id: 'o-1',
  total: 12.5,
  count: 3,
  note: null,
  tags: ['new', 'vip'],
  lines: [
    { price: 5, qty: 2 },
    { price: 2.5, qty: 1 },
  ],
};

describe('the page about the language', () => {
  it.each(examples)('%s is %s', (template, value) => {
    const compiled = compileTemplate(template, { roots: new Set(['input']) });
    expect(compiled.template?.evaluate({ input: () => input })).toEqual(JSON.parse(value));
  });

  it('names every function of text and lists in its prose or examples', () => {
    const unnamed = [...functions.keys()].filter((name) => !new RegExp(`\\b${name}\\b`).test(page));
    // Conversions and getters are CEL's own.
    expect(unnamed.filter((name) => !/^(get[A-Z]|uint|double|bool|string|dyn|abs|floor|ceil)/.test(name))).toEqual([]);
  });

  it('lists exactly the codes of problems that the sources use, with their severity', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /^(compile|expressions|parse)\/.*(?<!\.spec)\.ts$/.test(file),
    );
    const text = files.map((file) => readFileSync(new URL(file, source), 'utf8')).join('\n');
    const listed = new Map([...page.matchAll(/^\| `([A-Z_]+)` \| (error|warning) \|/gm)].map((match) => [match[1], match[2]]));
    const named = new Set([...text.matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)].map((match) => match[1]));
    const composed = ['NAME_INVALID', 'ID_INVALID', 'QUEUE_INVALID'];
    for (const code of listed.keys()) expect([...named, ...composed]).toContain(code);
    const used = [...text.matchAll(/(?:error|warning|fault|refuse)\(\s*'([A-Z_]+)'|code: '([A-Z_]+)'/g)].map(
      (match) => match[1] ?? match[2],
    );
    for (const code of used) expect([...listed.keys()]).toContain(code);
    for (const [, code] of text.matchAll(/warning\(\s*'([A-Z_]+)'/g)) expect(listed.get(code)).toBe('warning');
  });
});
