import { ForwardingTransport, type OutgoingMessage, type PublishOutcome } from '#libs/messaging';

type Publish = (messages: readonly OutgoingMessage[]) => Promise<PublishOutcome[]>;

/** A transport whose publishing a test can disturb; everything else is the one behind it. */
export class ScriptedTransport extends ForwardingTransport {
  /** Every publish call that was tried for a partition. */
  tries = 0;
  private disturbed?: Publish;

  /** From now on completions come out so; `undefined` lets them through again. */
  partitionsAnswer(outcome: PublishOutcome | Publish | undefined): void {
    this.disturbed = typeof outcome === 'string' ? async (messages) => messages.map(() => outcome) : outcome;
  }

  override async publish(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    if (!messages.some((message) => message.exchange === 'orquestra.partitions')) return super.publish(messages);
    this.tries += 1;
    return this.disturbed === undefined ? super.publish(messages) : this.disturbed(messages);
  }
}
