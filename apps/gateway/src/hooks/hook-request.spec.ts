import fc from 'fast-check';
import { storableFaults } from '#libs/engine';
import { newWebhookSecret, signWebhook, verifyWebhook } from '#libs/platform';
import { editedForm, fuzzRuns, fuzzSeedWords, hostileJson, hostileText, isPolluted } from '#libs/testing';
import { ApiProblem } from '../http/api-problem.js';
import { readHookRequest } from './hook-request.js';

const types = fc.constantFrom(
  ...['application/json', 'application/cloudevents+json', 'application/x-www-form-urlencoded', 'text/plain', 'TEXT/x; a=b'],
  ...['application/xml', '', ';', 'a\nb', undefined],
);
const bodies = fc.oneof(
  hostileJson.map((text) => Buffer.from(text)),
  editedForm.map((text) => Buffer.from(text)),
  hostileText.map((text) => Buffer.from(text)),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
);
const headers = fc.dictionary(
  fc.oneof(fc.constantFrom('x-a', 'cookie', '__proto__', 'constructor'), hostileText),
  fc.oneof(hostileText, fc.array(hostileText, { maxLength: 2 })),
  { maxKeys: 4, noNullPrototype: false },
);

describe('any request to a hook', () => {
  it(`is read as what can be kept, or refused with words (${fuzzSeedWords})`, () => {
    fc.assert(
      fc.property(types, bodies, headers, editedForm, (type, body, more, query) => {
        try {
          const read = readHookRequest({ method: 'POST', headers: { ...more, 'content-type': type }, query, body });
          expect([storableFaults(read['query']), storableFaults(read.body)]).toEqual([[], []]);
          expect(Object.getPrototypeOf(read['query'])).toBe(Object.prototype);
        } catch (error) {
          if (!(error instanceof ApiProblem)) throw error;
          expect(error.status).toBeLessThan(500);
          expect(error.message).toMatch(/^expected /);
        }
        expect(isPolluted()).toBe(false);
      }),
      fuzzRuns(400, 1_500),
    );
  });

  it('is read at once, also as a form of one name half a million times', () => {
    const body = Buffer.from('a&'.repeat(500_000));
    const began = performance.now();
    const read = readHookRequest({
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      query: '',
      body,
    });
    expect(performance.now() - began).toBeLessThan(5_000); // copied each time, it took a minute
    expect((read.body as { a: string[] }).a).toHaveLength(500_000);
  });

  it.each([
    ['note=größer als 100 % und %C3%A9', { note: 'größer als 100 % und é' }],
    ['a=日本+%zz&b=%E4', { a: '日本 %zz', b: '\ufffd' }],
    ['a=1&b=2&b=3&&=x&c&d=e=f', { a: '1', b: ['2', '3'], '': 'x', c: '', d: 'e=f' }],
  ])('is read as a browser reads it: %s', (form, expected) => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(readHookRequest({ method: 'POST', headers, query: '', body: Buffer.from(form) }).body).toEqual(expected);
  });

  it('is signed or not, whatever its headers say', () => {
    const secrets = [newWebhookSecret(), newWebhookSecret()];
    const nowMs = Date.now();
    const timestamp = Math.floor(nowMs / 1_000);
    const header = fc.option(hostileText, { nil: undefined });
    fc.assert(
      fc.property(header, header, header, bodies, fc.boolean(), (id, time, signature, body, isSigned) => {
        const own = { id: id || 'a', timestamp, body };
        const sent = isSigned
          ? { id: own.id, timestamp: String(timestamp), signature: `${signature ?? ''} ${signWebhook(own, secrets.slice(1))}` }
          : { id, timestamp: time, signature };
        const verdict = verifyWebhook(sent, body, secrets, nowMs);
        if (isSigned && (signature ?? '').split(' ').length < 19) expect(verdict).toBe('valid');
        if (!isSigned) expect(verdict).not.toBe('valid');
      }),
      fuzzRuns(300, 1_000),
    );
  });
});
