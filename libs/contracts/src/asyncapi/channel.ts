import type { z } from 'zod';

/** A message of a channel: what is in it, and one that may be sent as it is. */
export interface ChannelMessage {
  readonly id: string;
  readonly schema: z.ZodType;
  readonly summary: string;
  readonly example: unknown;
  /** Properties and headers of the AMQP message, by their names on the wire. */
  readonly headers?: z.ZodObject;
  readonly exampleHeaders?: Readonly<Record<string, string | number>>;
  /** `type` of the AMQP message, where readers tell messages of a channel apart by it. */
  readonly type?: string;
}

export interface Channel {
  readonly id: string;
  /** Routing key, or the queue where messages are addressed to it by name; null: the message says (`reply_to`), or a trigger. */
  readonly address: string | null;
  readonly title: string;
  readonly description?: string;
  /** Absent: not ours, a trigger names it. */
  readonly exchange?: {
    readonly name: string;
    readonly type: 'direct' | 'topic' | 'fanout' | 'default';
    readonly durable: boolean;
  };
  /** Of the platform, where the messages end up. */
  readonly queue?: string;
  /** For other systems to use; the others are between our own services and may change with `v`. */
  readonly isPublic: boolean;
  /** What the platform does with it; of public channels. Default `receive`. */
  readonly action?: 'receive' | 'send';
  readonly tag?: ChannelTag;
  /** Messages of channel `replies` that answer it. */
  readonly replies?: readonly string[];
  readonly messages: readonly ChannelMessage[];
}

export const channelTags = {
  Commands: 'Tell the platform what to do; the same doors as the HTTP API',
  Replies: 'What became of a command',
  Events: 'What happened to instances, as CloudEvents',
  Triggers: 'Messages of yours that start instances',
  Internal: 'Between services of the platform; may change with any release',
} as const;
export type ChannelTag = keyof typeof channelTags;
