import { exampleOf } from './example-input';

describe('exampleOf', () => {
  it('fills what is required, with defaults and examples first', () => {
    const schema = {
      type: 'object',
      required: ['id', 'amount', 'kind', 'lines', 'note'],
      properties: {
        id: { type: 'string', examples: ['o-1'] },
        amount: { type: 'integer', minimum: 5 },
        kind: { enum: ['a', 'b'] },
        lines: { type: 'array', items: { type: 'object', required: ['sku'], properties: { sku: { type: 'string' } } } },
        note: { type: ['string', 'null'], default: 'none' },
        optional: { type: 'string' },
      },
    };
    expect(exampleOf(schema)).toEqual({ id: 'o-1', amount: 5, kind: 'a', lines: [{ sku: '' }], note: 'none' });
  });
  it.each([[undefined], [true], [{}]])('is an empty object for the schema %j', (schema) => expect(exampleOf(schema)).toEqual({}));
  it('ends on a schema that holds itself', () => {
    const node: Record<string, unknown> = { type: 'object', required: ['next'] };
    node['properties'] = { next: node };
    expect(JSON.stringify(exampleOf(node)).length).toBeLessThan(200);
  });
});
