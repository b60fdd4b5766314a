import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import { clientMessageSchema, serverMessageSchema } from '#libs/contracts';
import type { Json } from '#libs/engine';
import { z } from 'zod';
import { type ContractSchema, fuzzRuns, fuzzSeedWords, mutated, schemaValues } from '#libs/testing';
import { acquaint } from './acquaintances.js';
import type { FuzzedProduct } from './fuzzed-product.js';

/** What a client does with its socket. */
type Deed =
  | { readonly kind: 'text' | 'binary' | 'fragments'; readonly text: string }
  | { readonly kind: 'raw'; readonly bytes: Uint8Array }
  | { readonly kind: 'ping' | 'huge' | 'unfinished' };

const answeredWithinMs = 5_000;

/** Frames of every kind, with what the protocol takes and what it does not. */
export function describeLive(opened: () => FuzzedProduct): void {
  it(`any frame is answered, refused or ends its own connection (${fuzzSeedWords})`, async () => {
    const product = opened();
    const schema = z.toJSONSchema(clientMessageSchema, { io: 'input' }) as ContractSchema;
    const messages = schemaValues(schema, { schemas: {}, known: await acquaint(product) });
    const witness = await open(product.url);
    await fc.assert(
      fc.asyncProperty(fc.array(deedsOf(messages), { minLength: 1, maxLength: 8 }), async (deeds) => {
        const client = await open(product.url);
        for (const deed of deeds) await act(client, deed);
        await client.settled();
        expect(client.misfits).toEqual([]);
        client.socket.terminate();
      }),
      fuzzRuns(150, 6_000),
    );
    expect(await witness.answers()).toBe(true);
    witness.socket.terminate();
    await product.expectWell();
  });
}

const deedsOf = (messages: fc.Arbitrary<Json>): fc.Arbitrary<Deed> =>
  fc.oneof(
    { weight: 3, arbitrary: messages.map((message): Deed => ({ kind: 'text', text: JSON.stringify(message) })) },
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constantFrom('text' as const, 'text' as const, 'binary' as const, 'fragments' as const),
        text: mutated(messages),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('raw' as const), bytes: fc.uint8Array({ maxLength: 40 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('ping' as const, 'huge' as const, 'unfinished' as const) }) },
  );

async function act({ socket }: Client, deed: Deed): Promise<void> {
  if (socket.readyState !== WebSocket.OPEN) return;
  switch (deed.kind) {
    case 'text':
      return socket.send(deed.text);
    case 'binary':
      return socket.send(Buffer.from(deed.text));
    case 'fragments': {
      const parts = deed.text.match(/.{1,7}/gsu)?.slice(0, 50) ?? [''];
      return parts.forEach((part, at) => socket.send(part, { fin: at === parts.length - 1 }));
    }
    case 'huge':
      return socket.send('x'.repeat(100_000));
    case 'unfinished':
      return socket.send('{"pong":', { fin: false });
    case 'ping':
      return socket.ping('x'.repeat(125));
    case 'raw':
      return void (socket as unknown as { _socket: { write(bytes: Uint8Array): void } })._socket.write(deed.bytes);
  }
}

interface Client {
  readonly socket: WebSocket;
  /** Messages that the contract does not know. */
  readonly misfits: string[];
  answers(): Promise<boolean>;
  /** Resolves when the server has said what it has to say, or has closed. */
  settled(): Promise<void>;
}

async function open(url: string): Promise<Client> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/live`);
  const misfits: string[] = [];
  let heard = (_ref: string): void => undefined;
  socket.on('error', () => undefined);
  socket.on('message', (content: Buffer) => {
    const message = JSON.parse(content.toString()) as { ref?: string };
    if (!serverMessageSchema.safeParse(message).success) misfits.push(content.toString().slice(0, 1_000));
    heard(message.ref ?? '');
  });
  await once(socket, 'open');
  const answers = async (): Promise<boolean> => {
    const answer = new Promise<boolean>((resolve) => (heard = (ref) => ref === 'last' && resolve(true)));
    socket.send(JSON.stringify({ unsubscribe: 'last' }));
    return Promise.race([answer, delay(answeredWithinMs, false, { ref: false })]);
  };
  const settled = async (): Promise<void> => {
    if (socket.readyState === WebSocket.CLOSED) return;
    const gone = once(socket, 'close').then(() => 'gone');
    const end = socket.readyState === WebSocket.OPEN ? Promise.race([answers(), gone]) : gone;
    const outcome = await Promise.race([end, delay(answeredWithinMs, 'silent', { ref: false })]);
    if (outcome === 'silent') misfits.push('neither an answer nor an end');
  };
  return { socket, misfits, answers, settled };
}
