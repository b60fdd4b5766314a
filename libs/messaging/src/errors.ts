/** There is no connection to the broker just now; the same call may succeed after the next `connected`. */
export class TransportUnavailableError extends Error {
  readonly code = 'TRANSPORT_UNAVAILABLE';

  constructor(what: string, cause?: unknown) {
    super(`${what} needs a connection to the message broker, but there is none; try again once it is connected`, { cause });
    this.name = 'TransportUnavailableError';
  }
}

/** The queue to consume does not exist: its declarer has to declare it first. */
export class QueueMissingError extends Error {
  readonly code = 'QUEUE_MISSING';

  constructor(readonly queue: string) {
    super(`expected queue ${queue} to exist, but the broker does not know it; it must be declared first`);
    this.name = 'QueueMissingError';
  }
}

/** The queue exists with other properties than asked for: another profile or an older release declared it. */
export class QueueMismatchError extends Error {
  readonly code = 'QUEUE_MISMATCH';

  constructor(
    readonly queue: string,
    found: string,
    cause?: unknown,
  ) {
    super(
      `queue ${queue} exists with other properties: ${found}; use the profile it was made for, ` +
        'or delete it (its messages are sent again from PostgreSQL)',
      { cause },
    );
    this.name = 'QueueMismatchError';
  }
}

/** The queue belongs to another connection. */
export class QueueLockedError extends Error {
  readonly code = 'QUEUE_LOCKED';

  constructor(
    readonly queue: string,
    cause?: unknown,
  ) {
    super(`queue ${queue} is exclusive to another connection; use a name of its own for each service`, { cause });
    this.name = 'QueueLockedError';
  }
}

/** A bug of the caller, found before anything was sent. */
export class MessageTooLargeError extends Error {
  readonly code = 'MESSAGE_TOO_LARGE';

  constructor(
    readonly bytes: number,
    readonly maxBytes: number,
  ) {
    super(`expected a message of at most ${maxBytes} bytes, but it has ${bytes}; nothing of its batch was sent`);
    this.name = 'MessageTooLargeError';
  }
}

/** The queue exists, but nobody answers for it: a quorum queue without a leader. It may recover (an election), or never. */
export class QueueStuckError extends Error {
  readonly code = 'QUEUE_STUCK';

  constructor(
    readonly queue: string,
    cause?: unknown,
  ) {
    super(`queue ${queue} does not answer; if that lasts longer than an election, delete and declare it again`, { cause });
    this.name = 'QueueStuckError';
  }
}
