import { readdirSync, readFileSync } from 'node:fs';
import { compileTemplate } from '../expressions/compile-template.js';
import { functions } from '../expressions/functions/index.js';
import type { Json } from '../model/json.js';
import { COMMON_FIELDS, DOCUMENT_FIELDS, STEP_TYPES, TYPE_FIELDS } from './vocabulary.js';

const source = new URL('../', import.meta.url);
const page = readFileSync(new URL('../../../docs/language.md', source), 'utf8');

const fences = [...page.matchAll(/```expressions\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');

const examples = fences.flatMap((block) =>
  block
    .trim()
    .split('\n')
    .map((line) => line.split(/\s+=> /) as [string, string]),
);

/** Made of the name of a field: no source has them in one piece. */
const composed = ['NAME_INVALID', 'ID_INVALID', 'QUEUE_INVALID'];

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

  it('has a part for every type of step, and names every field and option', () => {
    const headings = [...page.matchAll(/^### (.*)$/gm)].flatMap((match) => match[1]!.split(', '));
    expect(headings).toEqual(expect.arrayContaining(STEP_TYPES));
    const names = [...DOCUMENT_FIELDS, ...COMMON_FIELDS, ...Object.values(TYPE_FIELDS).flat()];
    const prose = page.replaceAll(/^```[\s\S]*?^```$/gm, '');
    expect(names.filter((name) => !new RegExp(`\`[^\`]*\\b${name}\\b[^\`]*\``).test(prose))).toEqual([]);
  });

  it('lists exactly the codes of problems that the sources use, with their severity', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /^((compile|expressions|parse)\/.*|triggers\/read-.*)(?<!\.spec)\.ts$/.test(file),
    );
    const text = files.map((file) => readFileSync(new URL(file, source), 'utf8')).join('\n');
    const listed = new Map([...page.matchAll(/^\| `([A-Z_]+)` \| (error|warning) \|/gm)].map((match) => [match[1], match[2]]));
    const named = new Set([...text.matchAll(/'([A-Z]+(?:_[A-Z]+)*)'/g)].map((match) => match[1]));
    for (const code of listed.keys()) expect([...named, ...composed]).toContain(code);
    const used = [...text.matchAll(/(?:error|warning|fault|refuse)\(\s*'([A-Z_]+)'|code: '([A-Z_]+)'/g)].map(
      (match) => match[1] ?? match[2],
    );
    for (const code of used) expect([...listed.keys()]).toContain(code);
    for (const [, code] of text.matchAll(/warning\(\s*'([A-Z_]+)'/g)) expect(listed.get(code)).toBe('warning');
  });

  it('leads to headings and files that are there', () => {
    const slug = (heading: string): string =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, '')
        .replaceAll(' ', '-');
    const anchors = new Set([...page.matchAll(/^#+ (.*)$/gm)].map((match) => `#${slug(match[1]!)}`));
    const files = new Set(readdirSync(new URL('../../../docs/', source)));
    const links = [...page.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
    expect(links.filter((link) => !anchors.has(link) && !files.has(link))).toEqual([]);
  });

  it('names no code that no source of the product knows', () => {
    const sources = ['apps', 'libs'].flatMap((folder) => {
      const root = new URL(`../../../${folder}/`, source);
      const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
      return files
        .filter((file) => /src\/.*(?<!\.spec)\.ts$/.test(file))
        .map((file) => readFileSync(new URL(file, root), 'utf8'));
    });
    const known = new Set(sources.flatMap((text) => text.match(/\b[A-Z]{2,}(?:_[A-Z]+)+\b/g) ?? []));
    const rows = page.split('\n').filter((line) => line.startsWith('|'));
    const named = rows.flatMap((row) => [...row.matchAll(/`([A-Z]{2,}(?:_[A-Z]+)+)`/g)].map((match) => match[1]!));
    expect(named.length).toBeGreaterThan(60);
    expect(named.filter((code) => !known.has(code) && !composed.includes(code))).toEqual([]);
  });
});
