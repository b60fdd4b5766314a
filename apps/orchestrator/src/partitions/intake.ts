/** A place in the stream of messages of one consumer. */
export interface IntakeMark {
  readonly life: number;
  readonly place: number;
}

/**
 * How far a partition has come with the messages sent to it. The queue is first in, first out: whatever was in it at a moment has been taken
 * in when as many messages as had arrived and waited then are handled.
 */
export class Intake {
  private life = 0;
  private arrived = 0;
  private handled = 0;
  isOpen = false;

  /** A consumer begins; places of an earlier one mean nothing any more. */
  open(): void {
    this.life += 1; // what the former one brought is given to us again
    this.arrived = 0;
    this.handled = 0;
    this.isOpen = true;
  }

  close(): void {
    this.isOpen = false;
  }

  /** @returns the life it arrived in, to be handed back when it is handled */
  arrive(): number {
    this.arrived += 1;
    return this.life;
  }

  handle(life: number): void {
    if (life === this.life) this.handled += 1;
  }

  /** @param ready messages that wait in the broker now */
  markAfter(ready: number): IntakeMark {
    return { life: this.life, place: this.arrived + ready };
  }

  hasReached({ life, place }: IntakeMark): boolean {
    return life === this.life && this.handled >= place;
  }
}
