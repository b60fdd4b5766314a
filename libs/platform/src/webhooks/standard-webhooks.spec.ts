import {
  newWebhookSecret,
  type SignatureHeaders,
  signatureWindowMs,
  signWebhook,
  verifyWebhook,
  webhookSecretFault,
} from './standard-webhooks.js';

/** The vector of the Standard Webhooks specification and its reference libraries. */
const published = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const nowMs = published.timestamp * 1000;
const other = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSX';

function verdict(headers: Partial<SignatureHeaders> = {}, body = published.body, secrets = [published.secret], now = nowMs) {
  const { id, signature } = published;
  return verifyWebhook({ id, timestamp: String(published.timestamp), signature, ...headers }, Buffer.from(body), secrets, now);
}

describe('signWebhook', () => {
  it('signs as the specification does', () => {
    expect(signWebhook(published, [published.secret])).toBe(published.signature);
  });

  it('takes a secret without its prefix, and a body as bytes', () => {
    const bare = published.secret.slice('whsec_'.length);
    expect(signWebhook({ ...published, body: Buffer.from(published.body) }, [bare])).toBe(published.signature);
  });

  it('signs with every secret while they rotate', () => {
    expect(signWebhook(published, [other, published.secret]).split(' ')).toEqual([
      signWebhook(published, [other]),
      published.signature,
    ]);
  });
});

describe('verifyWebhook', () => {
  it('takes what was signed with any of the secrets', () => {
    expect(verdict()).toBe('valid');
    expect(verdict({}, published.body, [other, published.secret])).toBe('valid');
    expect(verdict({ signature: `${signWebhook(published, [other])} ${published.signature}` })).toBe('valid');
  });

  it.each<[string, Partial<SignatureHeaders>]>([
    ['another id', { id: 'msg_other' }],
    ['another time', { timestamp: String(published.timestamp + 1) }],
    ['a time that is none', { timestamp: '1614265330.5' }],
    ['no version', { signature: published.signature.slice(3) }],
    ['another version', { signature: published.signature.replace('v1', 'v1a') }],
    ['half a signature', { signature: published.signature.slice(0, 20) }],
    ['an empty signature', { signature: 'v1,' }],
    ['the signature with another secret', { signature: signWebhook(published, [other]) }],
  ])('refuses %s', (_what, headers) => {
    expect(verdict(headers)).toBe('invalid');
  });

  it('refuses a body that differs in one byte', () => {
    expect(verdict({}, published.body.replace('2314', '2315'))).toBe('invalid');
  });

  it.each<keyof SignatureHeaders>(['id', 'timestamp', 'signature'])('misses the %s', (header) => {
    expect(verdict({ [header]: undefined })).toBe('missing');
    expect(verdict({ [header]: '' })).toBe('missing');
  });

  it('takes a message for five minutes, whichever clock is ahead', () => {
    expect(verdict({}, published.body, [published.secret], nowMs + signatureWindowMs)).toBe('valid');
    expect(verdict({}, published.body, [published.secret], nowMs - signatureWindowMs)).toBe('valid');
    expect(verdict({}, published.body, [published.secret], nowMs + signatureWindowMs + 1)).toBe('expired');
    expect(verdict({}, published.body, [published.secret], nowMs - signatureWindowMs - 1)).toBe('expired');
  });
});

describe('webhookSecretFault', () => {
  it('takes what is made, with and without the prefix', () => {
    const secret = newWebhookSecret();
    expect(webhookSecretFault(secret)).toBeUndefined();
    expect(webhookSecretFault(secret.slice('whsec_'.length))).toBeUndefined();
    expect(newWebhookSecret()).not.toBe(secret);
  });

  it.each(['', 'whsec_', 'hunter 2', `whsec_${'A'.repeat(28)}`, `whsec_${'A'.repeat(90)}`])('refuses %p', (secret) => {
    expect(webhookSecretFault(secret)).toMatch(/^expected .* but it has/);
  });
});
