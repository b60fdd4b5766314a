import type { OutgoingMessage, PublishOutcome } from '../transport.js';
import type { MemoryBroker } from './memory-broker.js';
import type { MemoryQueue } from './memory-queue.js';

/**
 * Publishing with back-pressure: a full queue lets its publishers wait, in order, and nobody else's.
 * Nothing waits longer than `confirmTimeoutMs`.
 */
export class MemoryPublications {
  private readonly waiting = new Set<(outcome: PublishOutcome) => void>();

  constructor(
    private readonly broker: MemoryBroker,
    private readonly confirmTimeoutMs: number,
  ) {}

  publish(messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> {
    const outcomes: (PublishOutcome | Promise<PublishOutcome>)[] = [];
    let hasToWait = false;
    for (const message of messages) {
      const outcome = this.send(message);
      outcomes.push(outcome);
      hasToWait ||= typeof outcome !== 'string';
    }
    return hasToWait ? Promise.all(outcomes) : Promise.resolve(outcomes as PublishOutcome[]);
  }

  /** The connection is gone: whoever waits does not know any more. */
  abandon(): void {
    for (const settle of [...this.waiting]) settle('unconfirmed');
  }

  private send(message: OutgoingMessage): PublishOutcome | Promise<PublishOutcome> {
    const queues = this.broker.route(message);
    if (queues === undefined) return 'unconfirmed';
    if (queues.length === 0) return message.mandatory === true ? 'returned' : 'confirmed';
    let full: MemoryQueue[] | undefined;
    for (const queue of queues) {
      if (queue.isFull) (full ??= []).push(queue);
      else queue.push(message);
    }
    return full === undefined ? 'confirmed' : this.waitFor(full, message);
  }

  private waitFor(queues: readonly MemoryQueue[], message: OutgoingMessage): Promise<PublishOutcome> {
    return new Promise((resolve) => {
      let missing = queues.length;
      let isOpen = true;
      const settle = (outcome: PublishOutcome): void => {
        isOpen = false;
        clearTimeout(timer);
        this.waiting.delete(settle);
        resolve(outcome);
      };
      const timer = setTimeout(() => settle('unconfirmed'), this.confirmTimeoutMs);
      this.waiting.add(settle);
      const accept = (): boolean => {
        if (!isOpen) return false;
        missing -= 1;
        if (missing === 0) settle('confirmed');
        return true;
      };
      for (const queue of queues) queue.wait({ message, accept });
    });
  }
}
