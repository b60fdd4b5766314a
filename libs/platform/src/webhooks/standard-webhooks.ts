import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Standard Webhooks (standardwebhooks.com): what comes by hooks is checked, and what goes out by webhooks is signed, in this way. */

export interface SignedContent {
  /** `webhook-id`: the same at every repeat of the message. */
  readonly id: string;
  /** `webhook-timestamp`: Unix seconds of this attempt. */
  readonly timestamp: number;
  /** Exactly the bytes that are sent. */
  readonly body: string | Buffer;
}

/** The three headers as they came; what was sent twice or not at all is `undefined`. */
export interface SignatureHeaders {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly signature: string | undefined;
}

/** `missing`: not all three headers are there. `expired`: signed too long ago, or in the future. */
export type SignatureVerdict = 'valid' | 'missing' | 'expired' | 'invalid';

/** A message is taken when its time is at most this far from ours, either way, ms. */
export const signatureWindowMs = 5 * 60_000;

const prefix = 'whsec_';
const keyBytes = { min: 24, max: 64 };
const base64 = /^[A-Za-z0-9+/]+={0,2}$/;
const version = 'v1,';

export const newWebhookSecret = (): string => prefix + randomBytes(32).toString('base64');

/**
 * What is wrong with a secret, in words that do not repeat it.
 * @returns nothing when it can be used
 */
export function webhookSecretFault(secret: string): string | undefined {
  const encoded = secret.startsWith(prefix) ? secret.slice(prefix.length) : secret;
  if (!base64.test(encoded)) return 'expected "whsec_" and base64, but it has other characters';
  const { length } = Buffer.from(encoded, 'base64');
  if (length >= keyBytes.min && length <= keyBytes.max) return undefined;
  return `expected a key of ${keyBytes.min} to ${keyBytes.max} bytes, but it has ${length}`;
}

/**
 * `webhook-signature`: one for each secret, so that a receiver that knows any of them is content while secrets rotate.
 * @param secrets with or without `whsec_`; at least one
 */
export const signWebhook = (content: SignedContent, secrets: readonly string[]): string =>
  secrets.map((secret) => version + signatureOf(content, secret).toString('base64')).join(' ');

/**
 * Whether any signature of the header was made with any of the secrets. Takes the same time whatever they are.
 * @param body exactly the bytes that came
 * @param nowMs epoch ms
 */
export function verifyWebhook(
  { id, timestamp, signature }: SignatureHeaders,
  body: Buffer,
  secrets: readonly string[],
  nowMs: number,
): SignatureVerdict {
  if (!id || !timestamp || !signature) return 'missing';
  if (!/^\d{1,12}$/.test(timestamp)) return 'invalid';
  if (Math.abs(nowMs - Number(timestamp) * 1000) > signatureWindowMs) return 'expired';
  const sent = signature
    .split(' ', maxSignatures)
    .filter((each) => each.startsWith(version))
    .map((each) => Buffer.from(each.slice(version.length), 'base64'));
  const expected = secrets.map((secret) => signatureOf({ id, timestamp: Number(timestamp), body }, secret));
  const matches = expected.flatMap((mine) => sent.map((theirs) => isSame(mine, theirs)));
  return matches.includes(true) ? 'valid' : 'invalid';
}

/** More are not looked at: each costs a comparison. */
const maxSignatures = 20;

function signatureOf({ id, timestamp, body }: SignedContent, secret: string): Buffer {
  const key = Buffer.from(secret.startsWith(prefix) ? secret.slice(prefix.length) : secret, 'base64');
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
}

const isSame = (mine: Buffer, theirs: Buffer): boolean => mine.length === theirs.length && timingSafeEqual(mine, theirs);
