import { flattenJson } from '../../ui/json-lines';
import { payloadLink } from './payload-links';

const reference = { $payload: { ref: 'i-1/abc', size: 3_565_158, sha256: 'abc', length: 50_000 } };

describe('payloadLink', () => {
  it('leads to the value, and says how big it is', () =>
    expect(payloadLink(reference)).toEqual({
      text: 'Show 3.4 MiB, 50,000 items',
      href: '/api/v1/instances/i-1/payloads/abc',
    }));
  it.each([[null], [1], [{}], [{ $payload: 1 }], [{ $payload: { ref: 'x', size: 1 } }], [{ ...reference, more: 1 }]])(
    'takes %j for what it is',
    (value) => expect(payloadLink(value)).toBeUndefined(),
  );
  it('is shown in place of the value, at any depth', () => {
    const hrefsOf = (value: unknown) => flattenJson(value, new Set(), payloadLink).map(({ href }) => href);
    expect(hrefsOf(reference)).toEqual(['/api/v1/instances/i-1/payloads/abc']);
    expect(hrefsOf({ a: 1, b: reference })).toEqual([undefined, '/api/v1/instances/i-1/payloads/abc']);
  });
});
