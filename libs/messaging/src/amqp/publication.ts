import type { Options } from 'amqplib';
import type { OutgoingMessage, PublishOutcome } from '../transport.js';

/** The outcomes of one call of `publish`, settled when the last one is known. */
export class PublicationBatch {
  readonly outcomes: Promise<PublishOutcome[]>;
  private readonly known: PublishOutcome[];
  private missing: number;
  private resolve: (outcomes: PublishOutcome[]) => void = () => undefined;

  constructor(size: number) {
    this.known = Array.from({ length: size }, () => 'unconfirmed');
    this.missing = size;
    this.outcomes = new Promise((resolve) => (this.resolve = resolve));
    if (size === 0) this.resolve([]);
  }

  settle(index: number, outcome: PublishOutcome): void {
    this.known[index] = outcome;
    this.missing -= 1;
    if (this.missing === 0) this.resolve(this.known);
  }
}

/** One message on its way: waiting here, on the wire, or settled. */
export class Publication {
  /** The broker handed it back; its confirm, which follows, then means "not sent". */
  isReturned = false;
  isSent = false;
  private open: OutgoingMessage | undefined;

  constructor(
    message: OutgoingMessage,
    readonly deadline: number,
    private readonly batch: PublicationBatch,
    private readonly index: number,
  ) {
    this.open = message;
  }

  /** undefined once settled: the content may be large and the entry may linger */
  get message(): OutgoingMessage | undefined {
    return this.open;
  }

  settle(outcome: PublishOutcome): void {
    if (this.open === undefined) return;
    this.open = undefined;
    this.batch.settle(this.index, outcome);
  }
}

/** `appId` names the publication on its channel, so that a return finds it. */
export function publishOptions(message: OutgoingMessage, persistent: boolean, appId: string | undefined): Options.Publish {
  return {
    contentType: message.contentType ?? 'application/json',
    deliveryMode: persistent && message.persistent !== false ? 2 : 1,
    mandatory: message.mandatory === true,
    messageId: message.messageId,
    correlationId: message.correlationId,
    replyTo: message.replyTo,
    type: message.type,
    headers: message.headers,
    appId,
  };
}
