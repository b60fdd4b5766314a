import { TestBed } from '@angular/core/testing';
import { formFaults } from './faults';
import { fieldsOf, initialValue } from './fields';
import { SchemaForm } from './schema-form';
import { localMoment, readLines, readMoment, readNumber, withMember } from './values';

const schema = {
  type: 'object',
  required: ['cents', 'delivery', 'address'],
  properties: {
    cents: { type: 'integer', title: 'Amount', minimum: 1 },
    delivery: { enum: ['standard', 'express'], default: 'standard' },
    note: { type: ['string', 'null'], maxLength: 1000, description: 'For the parcel' },
    mail: { type: 'boolean' },
    code: { type: 'string', pattern: '^[A-Z]{2}$', minLength: 2 },
    address: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
    lines: { type: 'array' },
    people: { type: 'array', items: { type: 'string' } },
    until: { type: 'string', format: 'date-time' },
  },
};

describe('fields of a schema', () => {
  it('have the kind that fits, what is required first', () =>
    expect(fieldsOf(schema)?.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'cents number',
      'delivery choice',
      'address group',
      'note long',
      'mail tick',
      'code text',
      'lines json',
      'people lines',
      'until moment',
    ]));
  it('take label and help from it', () => {
    const [cents, , , note] = fieldsOf(schema)!;
    expect([cents?.label, cents?.isRequired, note?.label, note?.help]).toEqual(['Amount', true, 'note', 'For the parcel']);
  });
  it.each([[true], [{}], [{ type: 'string' }], [null]])('there are none in %j', (other) =>
    expect(fieldsOf(other)).toBeUndefined(),
  );
  it('begin with defaults, and ticks with no', () =>
    expect(initialValue(schema)).toEqual({ delivery: 'standard', mail: false, address: {} }));
});

describe('faults of a value', () => {
  const faults = (value: unknown): string[] => formFaults(schema, value).map(({ path, text }) => `${path}: ${text}`);
  it('name what is needed, with its place', () =>
    expect(faults({ address: {} })).toEqual([
      '/cents: Amount is needed.',
      '/delivery: delivery is needed.',
      '/address/city: city is needed.',
    ]));
  it('judge numbers and texts', () => {
    const good = { cents: 5, delivery: 'express', address: { city: 'Bonn' } };
    expect(faults(good)).toEqual([]);
    expect(faults({ ...good, cents: 0 })).toEqual(['/cents: Amount is at least 1.']);
    expect(faults({ ...good, cents: 1.5 })).toEqual(['/cents: Amount is a whole number.']);
    expect(faults({ ...good, code: 'x' })).toEqual(['/code: code has at least 2 characters.']);
    expect(faults({ ...good, code: 'xy' })).toHaveLength(1);
  });
});

it('members are set and taken away', () => {
  expect(withMember({ a: 1 }, 'b', 2)).toEqual({ a: 1, b: 2 });
  expect(withMember({ a: 1 }, 'a', undefined)).toEqual({});
});
it.each([
  ['', undefined],
  ['x', undefined],
  ['1.5', 1.5],
])('the number typed as %j is %j', (text, value) => expect(readNumber(text)).toBe(value));

it('texts are typed one a line', () => expect([readLines('ana\n\nbo '), readLines(' \n')]).toEqual([['ana', 'bo '], undefined]));
it.each(['2026-11-21T10:05:00.000Z', '2026-07-01T23:59:00.000Z'])('the moment %s comes back as it was', (iso) =>
  expect(readMoment(localMoment(iso))).toBe(iso),
);
it.each([['soon'], [5], [undefined]])('%j is no moment', (value) => expect(localMoment(value)).toBe(''));

describe('SchemaForm', () => {
  it('gives the value as it is typed, with ticks and numbers as what they are', async () => {
    const fixture = TestBed.createComponent(SchemaForm);
    fixture.componentRef.setInput('schema', schema);
    fixture.componentRef.setInput('value', initialValue(schema));
    const given: unknown[] = [];
    fixture.componentInstance.value.subscribe((value) => given.push(value));
    await fixture.whenStable();
    const box = (name: string): HTMLInputElement => {
      const found = (fixture.nativeElement as HTMLElement).querySelector<HTMLInputElement>(`[data-field="${name}"]`);
      if (found === null) throw new Error(`expected a field /${name}`);
      return found;
    };
    const type = async (name: string, text: string): Promise<void> => {
      box(name).value = text;
      box(name).dispatchEvent(new Event('input'));
      await fixture.whenStable();
    };
    await type('/cents', '42');
    await type('/address/city', 'Bonn');
    box('/mail').click();
    expect(given.at(-1)).toEqual({ delivery: 'standard', mail: true, cents: 42, address: { city: 'Bonn' } });
    await type('/cents', '');
    expect(given.at(-1)).not.toHaveProperty('cents');
  });
});
