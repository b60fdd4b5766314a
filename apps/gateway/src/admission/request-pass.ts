import type { Admission } from './admission.js';
import type { Pass } from './passes.js';
import type { Place } from './share.js';

/** What one request holds of the gateway, until its handler has ended. */
export class RequestPass implements Pass {
  private isWorking = false;
  private isHeld = false;
  private isEnded = false;

  constructor(
    private readonly admission: Pick<Admission, 'hold' | 'letGo'>,
    private readonly place: Place,
  ) {}

  stepAside(): boolean {
    // What a request has set going may outlive it, and still carry its pass: it holds nothing any more.
    if (this.isHeld || this.isEnded) return true;
    if (!this.admission.hold()) return false;
    this.isHeld = true;
    this.place.release();
    return true;
  }

  /** A handler has it, and gives it back when it has ended: also when the caller leaves before, work in the database goes on. */
  begin(): void {
    this.isWorking = true;
  }

  end(): void {
    this.place.release();
    if (this.isHeld) this.admission.letGo();
    this.isHeld = false;
    this.isEnded = true;
  }

  /** The connection is over. */
  closed(): void {
    if (!this.isWorking) this.end();
  }
}
