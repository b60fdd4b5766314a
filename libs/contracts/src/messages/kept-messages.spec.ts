import { readdirSync, readFileSync } from 'node:fs';
import { channels } from '../asyncapi/channels.js';

/** A message of each kind, of every release (scripts/keep-release.mjs): while two versions run at once, each reads what the other sends. */
const folder = new URL('../../testdata/messages/', import.meta.url);

interface Kept {
  readonly channel: string;
  readonly message: string;
  readonly payload: unknown;
  readonly headers?: unknown;
}

const kept = readdirSync(folder).flatMap((file) =>
  readFileSync(new URL(file, folder), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Kept)
    .map((one) => [`${file.replace('.jsonl', '')} ${one.channel}: ${one.message}`, one] as const),
);

it.each(kept)('understands what release %s was', (_name, { channel, message, payload, headers }) => {
  const now = channels.find(({ id }) => id === channel)?.messages.find(({ id }) => id === message);
  expect(now).toBeDefined();
  expect(now!.schema.safeParse(payload).error).toBeUndefined();
  if (headers !== undefined) expect(now!.headers?.safeParse(headers).error).toBeUndefined();
});

it('are there of every kind', () => {
  const known = new Set(kept.map(([, { channel, message }]) => `${channel}: ${message}`));
  expect(known.size).toBeGreaterThanOrEqual(39);
});
