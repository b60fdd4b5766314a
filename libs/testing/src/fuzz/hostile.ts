import fc from 'fast-check';

/** Written over what a test looks for on fresh objects: `isPolluted`. */
const pollution = '{"polluted":true}';

/** Texts that meant something else to somebody before: SQL, paths, prototypes, logs, terminals, templates, expressions. */
export const hostileTexts: readonly string[] = [
  ...['', ' ', '\t', '.', '..', '/', '//', '%', '%00', '%s%n', '-', '*', '#', '?', '~', '~1', '~undo', '\\', '"', "'", '`'],
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'then', 'toJSON', 'length', '$payload'],
  ...["'; DROP TABLE workflow_instances; --", '../../etc/passwd', 'a/b/../c', '\0', 'a\0b', 'C:\\x', 'file:///etc/passwd'],
  ...['a\nb', 'a\r\n{"level":"fatal","msg":"forged"}', '\n', '\u001b[31mred\u001b[0m', '\u0007', '\u2028', '\u0085', '\u202etxt'],
  ...['\ud800', '\udfff', '\uffff', '\ufeff', 'e\u0301', '💩', '\u{10ffff}', 'İ', 'ß', 'ﬃ'],
  ...[
    '${',
    '${}',
    '$${',
    '${1/0}',
    '${input',
    '${input.a.b.c}',
    '${[1].map(x,',
    '{{secret:x}}',
    'secret:x',
    '<script>',
    '#{7*7}',
  ],
  ...['NaN', 'Infinity', '-0', '1e999', '0x10', '01', 'true', 'null', 'undefined', '9007199254740993', '٣'],
  ...['P1D', '1s', '-1s', '99999999999999999d', '1970-01-01T00:00:00Z', '+300000-01-01T00:00:00Z', '2026-02-30T00:00:00Z'],
  ...['* * * * *', '0 0 31 2 *', '^', '>=1 <2', '1.0.0 || 2', 'x'.repeat(300), 'x'.repeat(70_000), '(a+)+$'],
];

/** JSON that no serialiser would write. */
const hostileTokens: readonly string[] = [
  ...[
    'null',
    'true',
    '0',
    '-0',
    '-1',
    '1.5',
    '1e308',
    '1e999',
    '-1e999',
    '1e-400',
    '9007199254740993',
    '4294967296',
    '123456789012345678901234567890',
  ],
  ...['[]', '{}', '[[]]', '[null]', '{"":null}', '{"a":1,"a":2}', '[1,2,3]', `{"__proto__":${pollution}}`],
  ...[
    `{"constructor":{"prototype":${pollution}}}`,
    `{"a":{"__proto__":${pollution}}}`,
    `{"toString":1,"valueOf":{}}`,
    '{"then":{}}',
  ],
  ...[
    '{"$payload":{"ref":"x","size":1,"sha256":"y"}}',
    '{"$payload":{"literal":1}}',
    '{"toJSON":null}',
    '"\\u0000"',
    '"\\ud800"',
  ],
];
const brokenTokens: readonly string[] = [
  '',
  'NaN',
  'undefined',
  '{',
  '[',
  '"',
  "'a'",
  '01',
  '.5',
  '+1',
  '1,',
  '{"a"}',
  '\u00a0',
  '/*',
  '\\u0000',
];

const deep = fc
  .tuple(fc.constantFrom(3, 30, 63, 64, 65, 500, 50_000), fc.constantFrom(['[', ']'], ['{"a":', '}']))
  .map(([levels, [open, close]]) => `${open!.repeat(levels)}1${close!.repeat(levels)}`);
const wide = fc
  .tuple(
    fc.constantFrom(100, 9_999, 10_001),
    fc.constantFrom(
      (i: number) => `"k${i}":1`,
      () => '"k":1',
    ),
  )
  .map(([count, member]) => `{${Array.from({ length: count }, (_, i) => member(i)).join(',')}}`);

export const hostileText: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 20 }) },
);

/** JSON text of a value; now and then what is none. */
export const hostileJson: fc.Arbitrary<string> = fc.oneof(
  { weight: 8, arbitrary: hostileText.map((text) => JSON.stringify(text)) },
  { weight: 8, arbitrary: fc.constantFrom(...hostileTokens) },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)) },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: wide },
  { weight: 1, arbitrary: fc.constantFrom(...brokenTokens) },
);

/** `a=1&b=2` with names and values of every kind, escaped or as they are. */
export const editedForm: fc.Arbitrary<string> = fc
  .array(fc.tuple(hostileText, hostileText, fc.boolean()), { maxLength: 5 })
  .map((fields) =>
    fields
      .map(([name, value, isEscaped]) =>
        isEscaped ? new URLSearchParams([[name.toWellFormed(), value.toWellFormed()]]).toString() : `${name}=${value}`,
      )
      .join('&'),
  );

/** Whether anything has reached into the prototypes of this process. */
export const isPolluted = (): boolean => 'polluted' in {} || 'polluted' in [] || Object.keys(Object.prototype).length > 0;
