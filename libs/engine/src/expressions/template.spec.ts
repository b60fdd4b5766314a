import type { Json } from '../model/json.js';
import { compileTemplate } from './compile-template.js';
import { ExpressionError } from './expression-error.js';
import type { EvaluationScope, RootName, StepFacts } from './template.js';

const roots: ReadonlySet<RootName> = new Set(['input', 'ctx', 'steps', 'needs', 'item', 'instance', 'error', 'output', 'now']);

const facts: Record<string, StepFacts> = {
  a: { output: { x: 1, list: [1, 2, 3] }, error: null, status: 'completed' },
  'a-b': { output: 'dashed', error: null, status: 'completed' },
  skipped: { output: null, error: null, status: 'skipped' },
};

const input: Json = {
  n: 7,
  half: 0.5,
  text: 'hello',
  yes: true,
  none: null,
  list: [3, 1, 2],
  mixed: ['a', 1, null, { k: 1 }],
  people: [
    { name: 'Ada', age: 36 },
    { name: 'Bob', age: 7 },
  ],
  map: { b: 2, a: 1 },
  constructor: 'data',
  smile: '😀!',
  when: '2026-03-28T12:00:00Z',
};

const scope: EvaluationScope = {
  input: () => input,
  ctx: () => ({ fromCtx: 1 }),
  steps: (id) => facts[id] as StepFacts,
  needs: () => ({ a: 1, b: 2 }),
  item: () => 'item',
  named: (name) => (name === 'order' ? 'item' : { code: 'X' }),
  instance: () => ({ id: 'i-1', tags: {} }),
  now: () => Date.parse('2026-11-21T08:00:00Z'),
};

function evaluate(source: Json): Json {
  const { template, faults } = compileTemplate(source, { roots, names: new Set(['order', 'problem']) });
  if (!template) throw new Error(`faults: ${JSON.stringify(faults)}`);
  return template.evaluate(scope);
}

const failure = (expression: string): ExpressionError => {
  try {
    evaluate(`\${${expression}}`);
  } catch (error) {
    return error as ExpressionError;
  }
  throw new Error(`expected ${expression} to fail`);
};

describe('a template', () => {
  it.each<[Json, Json]>([
    ['plain', 'plain'],
    ['', ''],
    [42, 42],
    ['${input.n}', 7],
    ['${input.list}', [3, 1, 2]],
    [' ${input.n} ', ' 7 '],
    ['Order ${input.text} of ${input.n}, ${input.none}, ${input.yes}', 'Order hello of 7, null, true'],
    ['${input.map} and ${[1, "x"]}', '{"a":1,"b":2} and [1,"x"]'],
    ['$${input.n}', '${input.n}'],
    ['a $${b} ${input.n}', 'a ${b} 7'],
    ['$5 and ${input.n}$', '$5 and 7$'],
    ['${{"a": {"b": input.n}}}', { a: { b: 7 } }],
    ['${"}" + \'{\' + "\\"}"}', '}{"}'],
    ['${r"\\d}"}', '\\d}'],
    ['${"""a"}b"""}', 'a"}b'],
    ['${input.n // } a comment }\n + 1}', 8],
    [
      { list: ['${input.n}', 'x'], keep: { deep: '${input.text}!' } },
      { list: [7, 'x'], keep: { deep: 'hello!' } },
    ],
    ['secret:token', 'secret:token'],
    ['Bearer {{secret:token}}', 'Bearer {{secret:token}}'],
  ])('evaluates %j', (source, value) => {
    expect(evaluate(source)).toEqual(value);
  });

  it('without an expression is a literal that is handed out as it is', () => {
    const { template } = compileTemplate({ a: ['$${x}', 1] }, { roots });
    expect(template?.isLiteral).toBe(true);
    expect(template?.evaluate({})).toBe(template?.evaluate({}));
    expect(template?.evaluate({})).toEqual({ a: ['${x}', 1] });
  });

  it('names the roots and steps it reads, and materialises nothing else', () => {
    const { template } = compileTemplate(['${steps.a.output.x + steps["a-b"].output.size()}', '${input.n}'], { roots });
    expect([...(template?.roots ?? [])].sort()).toEqual(['input', 'steps']);
    expect([...(template?.steps ?? [])]).toEqual(['a', 'a-b']);
    const asked: string[] = [];
    const steps = (id: string): StepFacts => {
      asked.push(id);
      return facts[id] as StepFacts;
    };
    expect(template?.evaluate({ input: () => input, steps })).toEqual([7, 7]);
    expect(asked).toEqual(['a', 'a-b']);
  });

  it('asks for a root once, however often it is read', () => {
    let asked = 0;
    const { template } = compileTemplate(['${ctx.a}', '${ctx.a + ctx.a}'], { roots });
    template?.evaluate({ ctx: () => (asked++, { a: 1 }) });
    expect(asked).toBe(1);
  });

  it('keeps a key named __proto__ as data', () => {
    const source = JSON.parse('{"__proto__":"${input.n}"}') as Json;
    const value = evaluate(source) as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  });
});

describe('an expression', () => {
  it.each<[string, Json]>([
    ['input.n + 1', 8],
    ['1 + input.half', 1.5],
    ['input.n == 7.0', true],
    ['input.n > 6.5', true],
    ['7 / 2', 3.5],
    ['input.n / 2', 3.5],
    ['int(7 / 2)', 3],
    ['input.n % 4', 3],
    ['-input.n', -7],
    ['2u + 1', 3],
    ['0xFF', 255],
    ['input.list[0]', 3],
    ['input.list[input.n - 6]', 1],
    ['input["text"]', 'hello'],
    ['input.constructor', 'data'],
    ['"a" == 1', false],
    ['input.none == null', true],
    ['input.list == [3, 1, 2.0]', true],
    ['input.mixed == ["a", 1, null, {"k": 1.0}]', true],
    ['{"a": 1} == {"b": 1}', false],
    ['[1, "x", null, {"y": true}]', [1, 'x', null, { y: true }]],
    ['input.yes ? "y" : 0', 'y'],
    ['input.yes && input.n > 1', true],
    ['input.nothing.at.all || true', true],
    ['false && input.nothing', false],
    ['3 in input.list && "a" in input.map', true],
    ['[1] + ["a"]', [1, 'a']],
    ['input.?nothing.orValue(5)', 5],
    ['input.?nothing.deeper.orValue("d")', 'd'],
    ['input.?none.orValue(5)', null],
    ['steps.skipped.output.?x.orValue(1)', 1],
    ['input.list[?9].orValue(0)', 0],
    ['input.?n', 7],
    ['input.?nothing', null],
    ['optional.of(1).or(optional.none()).value()', 1],
    ['input.?nothing.or(input.?n).orValue(0)', 7],
    ['has(input.n) && !has(input.nothing) && !has(input.nothing.deeper)', true],
    ['has(steps.skipped.output.x)', false],
    ['input.people.map(p, p.name)', ['Ada', 'Bob']],
    ['input.people.map(p, p.age > 10, p.name)', ['Ada']],
    ['input.people.filter(p, p.age < 10)', [{ name: 'Bob', age: 7 }]],
    ['input.people.all(p, p.age > 1) && input.list.exists(i, i == 2)', true],
    ['input.list.exists_one(i, i > 2)', true],
    ['input.mixed.exists(m, m > 0)', true],
    ['input.map.map(k, k)', ['a', 'b']],
    ['cel.bind(d, input.n * 2, d + d)', 28],
    [
      '[1, 2].map(i, [10, 20].map(j, i * j))',
      [
        [10, 20],
        [20, 40],
      ],
    ],
    ['[1].map(input, input + 1)', [2]],
    ['size(input.list) + input.text.size() + size(input.map)', 10],
    ['size("😀!")', 2],
    ['sum(input.list) + min(input.list) + max(4, 9) + avg(input.list)', 18],
    ['sum([])', 0],
    ['min(["b", "a"])', 'a'],
    ['join(["a", 1, true], "-")', 'a-1-true'],
    ['["a", "b"].join()', 'ab'],
    ['keys(input.map) + values(input.map)', ['a', 'b', 1, 2]],
    ['merge(input.map, {"a": 9}, needs)', { a: 1, b: 2 }],
    ['append(input.list, "x")', [3, 1, 2, 'x']],
    ['int("42") + int(3.9) + double("1.5")', 46.5],
    ['string(1.5) + string(true) + string({"b": 1, "a": [null]})', '1.5true{"a":[null],"b":1}'],
    ['bool("true")', true],
    ['type(1) == int && type("x") == string && type(null) == null_type', true],
    ['round(1.005, 2)', 1.01],
    ['round(-2.5)', -3],
    ['floor(1.7) + ceil(1.2) + abs(-1)', 4],
    ['input.text.startsWith("he") && input.text.endsWith("lo") && input.text.contains("ell")', true],
    ['input.text.upperAscii() + "ÀB".lowerAscii()', 'HELLOÀb'],
    ['input.smile.substring(0, 1) + "abc".substring(1)', '😀bc'],
    ['input.smile.indexOf("!")', 1],
    ['"a,b,c".split(",", 2)', ['a', 'b,c']],
    ['" x ".trim() + "aXbX".replace("X", "$&")', 'xa$&b$&'],
    ['input.text.matches("^h.*o$") && "ab".matches("b")', true],
    ['now', '2026-11-21T08:00:00.000Z'],
    ['now + duration("1h30m")', '2026-11-21T09:30:00.000Z'],
    ['now - date("2026-11-20T08:00:00Z")', 'PT24H'],
    ['date("2026-01-31")', '2026-01-31T00:00:00.000Z'],
    ['date("2026-01-31T09:00", "Europe/Madrid")', '2026-01-31T08:00:00.000Z'],
    ['timestamp("2026-01-31T09:00:00+02:00") < now', true],
    ['addDays(input.when, 1, "Europe/Madrid")', '2026-03-29T11:00:00.000Z'],
    ['addDays(date("2026-03-28T02:30", "Europe/Madrid"), 1, "Europe/Madrid")', '2026-03-29T01:30:00.000Z'],
    ['date("2026-10-25T02:30", "Europe/Madrid")', '2026-10-25T00:30:00.000Z'],
    ['nextBusinessDay("2026-11-20T10:00:00Z", "Europe/Madrid", "09:00")', '2026-11-23T08:00:00.000Z'],
    [
      'formatDate(now, "EEEE d MMM yyyy, HH:mm xxx \'at\' h a", "America/New_York")',
      'Saturday 21 Nov 2026, 03:00 -05:00 at 3 AM',
    ],
    ['now.getFullYear() + now.getMonth() + now.getDayOfWeek()', 2042],
    ['now.getHours("Asia/Tokyo")', 17],
    ['duration("90m").getHours()', 1],
    ['{"at": now, "for": [duration("5m")]}', { at: '2026-11-21T08:00:00.000Z', for: ['PT5M'] }],
    ['steps.a.output.list[2] + needs.b', 5],
    ['steps.a.status', 'completed'],
    ['steps["a-b"].output', 'dashed'],
    ['order + "s"', 'items'],
    ['problem.code', 'X'],
    ['[1, 2].map(order, order + 1)', [2, 3]],
    ['instance.id', 'i-1'],
  ])('%s', (expression, value) => {
    expect(evaluate(`\${${expression}}`)).toEqual(value);
  });

  it.each<[string, RegExp]>([
    ['input.nothing', /expected a member "nothing", but the object has n, half, text, yes, none, …/],
    ['input.none.x', /expected a member "x", but was null, which has none/],
    ['input.list[3]', /expected an item \[3\], but the list has 3 items/],
    ['input.list.size', /a list has only numbered items/],
    ['input.toString', /expected a member "toString"/],
    ['input.n + "x"', /was a number \+ text: convert with string/],
    ['input.n < "x"', /expected two values that go together/],
    ['input.n ? 1 : 2', /expected true or false, but was a number/],
    ['input.n && true', /expected true or false/],
    ['input.mixed.all(m, m > 0)', /expected two values that go together/],
    ['input.n / 0', /divisor other than 0/],
    ['input.n * 9007199254740991', /within ±\(2\^53 − 1\)/],
    ['avg(input.list.filter(i, i > 9))', /the list is empty/],
    ['merge(input.map, {input.text: 1}, {"con" + "structor": input.n})', /expected a key other than "constructor"/],
    ['{"__proto" + "__": input.n}', /expected a key other than "__proto__"/],
    ['input.text.matches("(" + input.text)', /expected a regular expression \(RE2 syntax\)/],
    ['input.text.substring(9)', /0 <= start <= end <= 5/],
    ['date(input.text)', /expected a time in ISO 8601/],
    ['date("2026-02-30" + input.text.substring(5))', /expected a time in ISO 8601/],
    ['addDays(now, 1, input.text)', /expected a time zone/],
    ['formatDate(now, "qq")', /formatDate: expected one of/],
    ['input.?nothing.value()', /use orValue/],
    ['error.code', /expected a value for 'error', but there is none here/],
    ['now + duration(string(input.n) + "00000d")', /years 1 to 9999|duration/],
    ['input.text + "\\u0000"', /U\+0000/],
  ])('%s fails', (expression, message) => {
    const error = failure(expression);
    expect(error).toBeInstanceOf(ExpressionError);
    expect(error.code).toBe('EXPRESSION_FAILED');
    expect(error.message).toMatch(message);
    expect(error.message.startsWith('${')).toBe(true);
  });
});

describe('faults of a template', () => {
  it.each<[Json, string, string, RegExp, ...RegExp[]]>([
    ['${', 'EXPRESSION_INVALID', '', /expected a } for the \$\{ at character 1/, /\$\$\{/],
    [{ a: ['x ${'] }, 'EXPRESSION_INVALID', '/a/0', /expected a }/],
    ['${}', 'EXPRESSION_INVALID', '', /but was nothing/],
    ['${1 +}', 'EXPRESSION_INVALID', '', /expected a CEL expression, but unexpected token: EOF at character 4/],
    ['${imput.n}', 'UNKNOWN_ROOT', '', /expected one of the roots/, /Did you mean "input"/],
    ['${{name: 1}}', 'UNKNOWN_ROOT', '', /"name"/, /quoted: "name"/],
    ['${last}', 'ROOT_NOT_AVAILABLE', '', /but was "last"/, /inside a repeat/],
    ['${steps}', 'EXPRESSION_INVALID', '', /named literally/],
    ['${steps[input.n]}', 'EXPRESSION_INVALID', '', /named literally/],
    ['${steps.a.outptu}', 'EXPRESSION_INVALID', '', /"outptu"/, /Did you mean "output"/],
    ['${steps.a.b.output}', 'EXPRESSION_INVALID', '', /"b"/, /steps\["a\.b"\]/],
    ['${steps.charge-card.output}', 'EXPRESSION_INVALID', '', /before "-"/, /steps\["charge-card"\]/],
    ['${instance.name}', 'EXPRESSION_INVALID', '', /expected instance\.id/],
    ['${sise(input.list)}', 'UNKNOWN_FUNCTION', '', /"sise"/, /Did you mean "size"/],
    ['${size()}', 'EXPRESSION_INVALID', '', /size: expected 1 arguments/],
    ['${input.list.map(x)}', 'EXPRESSION_INVALID', '', /map: expected/],
    ['${input.text.matches("(")}', 'EXPRESSION_INVALID', '', /matches: expected a regular expression/],
    ['${has(input)}', 'EXPRESSION_INVALID', '', /has: expected one member/],
    ['${1 / 0}', 'EXPRESSION_INVALID', '', /it always fails/],
    ['${9007199254740993}', 'EXPRESSION_INVALID', '', /within ±/],
    ['${b"x"}', 'EXPRESSION_INVALID', '', /expected JSON, but were bytes/],
    [`\${"${'x'.repeat(8200)}"}`, 'EXPRESSION_TOO_LONG', '', /at most 8192 characters/],
    [`\${${'1+'.repeat(400)}1}`, 'EXPRESSION_TOO_DEEP', '', /nested operations/],
    [`\${${'!'.repeat(8000)}true}`, 'EXPRESSION_TOO_DEEP', '', /nested operations/],
    [`\${${'('.repeat(4000)}`, 'EXPRESSION_INVALID', '', /./],
    ['${[1].map(a, [1].map(b, [1].map(c, a)))}', 'EXPRESSION_TOO_DEEP', '', /macros nested at most 2 deep/],
    [{ '${input.n}': 1 }, 'EXPRESSION_NOT_ALLOWED', '/${input.n}', /expected a plain key/],
  ])('%.60j', (source, code, path, message, ...[hint]) => {
    const { template, faults } = compileTemplate(source, { roots });
    expect(template).toBeUndefined();
    const [fault] = faults;
    expect(fault).toMatchObject({ code, path });
    expect(fault?.message).toMatch(message);
    if (hint) expect(fault?.hint).toMatch(hint);
  });

  it('come all at once', () => {
    expect(compileTemplate('${foo} ${sise(bar)}', { roots }).faults.map((fault) => fault.code)).toEqual([
      'UNKNOWN_ROOT',
      'UNKNOWN_ROOT',
      'UNKNOWN_FUNCTION',
    ]);
  });
});

describe('reads of a template', () => {
  it.each<[string, boolean]>([
    ['steps.a.output.x', false],
    ['steps.a.output', false],
    ['steps.a.?output.x.orValue(1)', true],
    ['steps.a.output.?x.orValue(1)', true],
    ['has(steps.a.output.x) ? steps.a.output.x : 0', true],
    ['steps.a.output == null ? 0 : steps.a.output.x', true],
    ['steps.a.status == "completed" ? steps.a.output.x : 0', true],
    ['steps["a"].error', true],
  ])('%s provides for a missing output: %s', (expression, isGuarded) => {
    expect(compileTemplate(`\${${expression}}`, { roots }).stepReads).toEqual([{ id: 'a', isGuarded, path: '' }]);
  });
});
