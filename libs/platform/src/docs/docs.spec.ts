import { readFileSync } from 'node:fs';
import { generatedPages, replacePart } from './generated-pages.js';
import { lifecycleDiagram } from './lifecycle-diagram.js';

it.each(generatedPages.map((page) => [page.path, page] as const))(
  '%s is up to date with the code (npm run format writes it)',
  (path, page) => {
    const current = readFileSync(path, 'utf8');
    expect(page.render(current)).toBe(current);
  },
);

it('lifecycleDiagram draws every move, the start and the ends', () => {
  expect(lifecycleDiagram({ on: ['off'], off: [] }, 'on', new Set(['off']))).toBe(
    '```mermaid\nstateDiagram-v2\n  [*] --> on\n  on --> off\n  off --> [*]\n```',
  );
});

it('replacePart replaces only what stands between its marks, and refuses a page without them', () => {
  expect(replacePart('a\n<!-- x -->\nold\n<!-- /x -->\nb', 'x', 'new')).toBe('a\n<!-- x -->\n\nnew\n\n<!-- /x -->\nb');
  expect(() => replacePart('a', 'x', 'new')).toThrow('expected the marks');
});
