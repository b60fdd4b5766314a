import type { Socket } from 'node:net';

/** What becomes of one direction of a connection. All of it together where several are set. */
export interface LinkShape {
  readonly delayMs?: number;
  /** Nothing passes and nothing is read: the sender's buffers fill. What was sent comes when it is no longer cut. */
  readonly isCut?: boolean;
}

const mostWaitingBytes = 1_048_576;

interface Waiting {
  readonly chunk: Buffer;
  readonly dueAt: number;
}

/** One direction of a proxied connection: takes what `from` sent to `to`, in order, as its shape says. */
export class ShapedLane {
  private current: LinkShape = {};
  private readonly waiting: Waiting[] = [];
  private waitingBytes = 0;
  private timer: NodeJS.Timeout | undefined;
  private lastDueAt = 0;
  private hasEnded = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
  ) {
    from.on('data', (chunk: Buffer) => this.take(chunk));
    from.on('end', () => {
      this.hasEnded = true;
      this.pass();
    });
    from.on('close', () => clearTimeout(this.timer));
    to.on('drain', () => this.pass());
  }

  set shape(shape: LinkShape) {
    this.current = shape;
    this.pass();
  }

  private take(chunk: Buffer): void {
    const { delayMs = 0 } = this.current;
    this.lastDueAt = Math.max(this.lastDueAt, performance.now() + delayMs);
    this.waiting.push({ chunk, dueAt: this.lastDueAt });
    this.waitingBytes += chunk.length;
    this.pass();
  }

  private pass(): void {
    clearTimeout(this.timer);
    if (this.current.isCut) {
      this.from.pause();
      return;
    }
    for (let first = this.waiting[0]; first !== undefined && !this.to.writableNeedDrain; first = this.waiting[0]) {
      const restMs = first.dueAt - performance.now();
      if (restMs >= 1) {
        this.timer = setTimeout(() => this.pass(), restMs);
        break;
      }
      this.waiting.shift();
      this.waitingBytes -= first.chunk.length;
      if (!this.to.destroyed) this.to.write(first.chunk);
    }
    if (this.waitingBytes > mostWaitingBytes) this.from.pause();
    else this.from.resume();
    if (this.hasEnded && this.waiting.length === 0) this.to.end();
  }
}
