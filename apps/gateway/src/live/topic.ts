import type { Subscribe, TopicMessage } from '#libs/contracts';

/** What a topic needs of the connection it writes to. */
export interface Outlet {
  /** Sends at once. @returns false when the client is too slow to take more now */
  send(message: TopicMessage): boolean;
  /** Asks for `take` to be called when the client may get its next list message (at most one every 250 ms a client). */
  listChanged(topic: ListTopic): void;
  /** Tells what went wrong and ends the subscription. */
  fail(error: unknown): void;
}

/** One subscription of one client. */
export interface Topic {
  /** Sends the snapshot, then lives until `stop`. */
  start(): Promise<void>;
  stop(): void;
  /** The client takes messages again after it was too slow. */
  resume(): void;
}

/** A topic whose changes are conflated. */
export interface ListTopic extends Topic {
  /** The next message: a delta, or a snapshot after the client was too slow; nothing when nothing changed. */
  take(): Promise<TopicMessage | undefined>;
  /** The deltas so far are lost to the client: the next message is a snapshot. */
  forget(): void;
}

export type TopicFactory = (request: Subscribe, ref: string, outlet: Outlet) => Topic;
