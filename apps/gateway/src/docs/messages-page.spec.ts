import { asyncApiDocument } from '#libs/contracts';
import { type MessageDocument, messagesPage } from './messages-page.js';
import { schemaTable } from './schema-table.js';

const document = asyncApiDocument('1.2.3') as unknown as MessageDocument;

describe('messagesPage', () => {
  const page = messagesPage(document);

  it('shows every operation, and leads only to what it has', () => {
    for (const id of Object.keys(document.operations)) expect(page).toContain(`<section id="${id}"`);
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id as string);
    expect(targets.length).toBeGreaterThan(20);
    expect(targets.filter((id) => !page.includes(` id="${id}"`))).toEqual([]);
  });

  it('has each id once', () => {
    const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id as string);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('runs nothing of what the document says', () => {
    const [channel] = Object.values(document.channels);
    const evil = { ...channel!, address: '<script>alert(1)</script>"\'' };
    const shown = messagesPage({ ...document, channels: { ...document.channels, start: evil } });
    expect(shown).not.toContain('<script>alert');
    expect(shown).toContain('&#60;script&#62;');
  });
});

describe('schemaTable', () => {
  const row = (text: string): RegExp => new RegExp(`<td><code>${text}</code></td>`);

  it('names properties of objects and lists by their path, and follows references', () => {
    const table = schemaTable(
      { properties: { a: { $ref: '#/components/schemas/A' }, l: { items: { properties: { n: { type: 'string' } } } } } },
      { A: { type: 'object', properties: { b: { type: 'integer', description: 'how `many`', default: 3 } }, required: ['b'] } },
    );
    expect(table).toMatch(row('a\\.b'));
    expect(table).toMatch(row('l\\[\\]\\.n'));
    expect(table).toContain('how <code>many</code>. Required. Default <code>3</code>');
  });

  it('ends where a schema refers to itself', () => {
    const tree = { type: 'object', properties: { next: { $ref: '#/components/schemas/Tree' } } };
    expect(schemaTable({ $ref: '#/components/schemas/Tree' }, { Tree: tree })).toMatch(row('next\\.next\\.next\\.next'));
  });
});
