import { parse } from 'yaml';
import { sampleDefinition } from '../sample/sample-definition';
import { toYaml } from './to-yaml';

describe('toYaml', () => {
  it('reads as one would write it', () => {
    const text = toYaml({
      name: 'a',
      version: '1.0.0',
      steps: [
        { id: 'x', needs: ['y', 'z'], input: { n: 1 } },
        { id: 'y', needs: [] },
      ],
    });
    expect(text).toBe(
      'name: a\nversion: "1.0.0"\nsteps:\n  - id: x\n    needs: [y, z]\n    input:\n      n: 1\n  - id: y\n    needs: []\n',
    );
  });
  it.each([
    [sampleDefinition],
    [
      {
        text: 'yes',
        no: 'null',
        number: '12',
        date: '2026-11-21',
        empty: '',
        blank: ' ',
        colon: 'a: b',
        hash: 'a #b',
        dash: '- a',
        quote: '"',
        star: '*a',
        tilde: '~',
      },
    ],
    [
      {
        code: 'line one\n  line two\n\nline four\n',
        noEnd: 'a\nb',
        twoEnds: 'a\n\n',
        leading: '  a\nb',
        onlyBreaks: '\n\n',
        tab: 'a\tb\nc',
      },
    ],
    [{ 'odd key': 1, 'a: b': 2, '12': 3, true: 4, '': 5 }],
    [{ nested: [[1, 2], [], [{ a: [] }], 'x, y', '${a[0]}', '{b}', null, true, 1.5, -3e20] }],
    [[{ a: 1 }, 'b', []]],
    ['just text'],
    [null],
    [{ umlaut: 'Zürich ☕ 日本', control: 'a\u0007b', nbsp: '\u00a0' }],
  ])('says exactly the value: %#', (value) => expect(parse(toYaml(value))).toEqual(value));
});
