import type { EventByKeyRequest, EventOutcome, EventToInstanceRequest, Started, StartRequest } from '#libs/contracts';

/**
 * Something outside that starts instances or tells them events: a folder, a mailbox, a device. It runs in every gateway, so it may
 * tell of one occurrence several times, from several processes and again after a crash: the id makes it count once.
 */
export interface TriggerSource {
  /** Unique among the sources of an installation; part of the identity of what it tells. At most 60 letters, digits, `.`, `_`, `-`. */
  readonly name: string;
  /** Begins to watch, and returns; first tells what occurred while nobody watched, where that can be known. */
  start(context: TriggerContext): Promise<void>;
  /** Tells nothing more once it has resolved. Called once after `start`, also when that failed. */
  stop(): Promise<void>;
}

/** The doors of a gateway, as a source sees them. */
export interface TriggerContext {
  /**
   * Starts an instance. Resolves when that is stored for good; while the database is away it waits and tries again.
   * @param id names the occurrence, the same each time it is told; at most 200 characters. The same again answers with the same instance
   * @throws TriggerRefused no such definition, an input that does not fit: nothing was done, and the same id may be told again later
   */
  start(id: string, request: StartRequest): Promise<Started>;
  /**
   * Tells an event, by key or to one instance.
   * @throws TriggerRefused
   */
  event(id: string, event: EventByKeyRequest | ({ readonly instance: string } & EventToInstanceRequest)): Promise<EventOutcome>;
  /** A line in the log of the gateway. */
  log(level: 'info' | 'warn' | 'error', text: string, fields?: object): void;
  /** Aborted when the gateway closes, before `stop`; open calls reject then. */
  readonly signal: AbortSignal;
}

/** What a source told was refused; `code` is that of the problem the HTTP API would have answered with. */
export class TriggerRefused extends Error {
  override readonly name = 'TriggerRefused';

  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
