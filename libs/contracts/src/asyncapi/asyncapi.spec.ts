import { asyncApiDocument } from './asyncapi.js';
import { commandChannels } from './command-channels.js';
import { channels } from './channels.js';

const messages = channels.flatMap((channel) =>
  channel.messages.map((message) => [`${channel.id}: ${message.id}`, message] as const),
);

describe('asyncApiDocument', () => {
  it.each(messages)('%s has an example that fits its schema', (_, { schema, example }) => {
    expect(schema.safeParse(example).error).toBeUndefined();
  });

  it('names every channel and lets other systems use commands and replies only', () => {
    const document = asyncApiDocument('1.2.3') as { asyncapi: string; channels: object; operations: object };
    expect(document.asyncapi).toBe('3.0.0');
    expect(Object.keys(document.channels)).toEqual(channels.map(({ id }) => id));
    expect(Object.keys(document.operations)).toEqual(['start', ...commandChannels.map(({ id }) => id), 'replies']);
  });
});
