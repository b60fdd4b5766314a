import type { InstanceId } from '#libs/engine';

type Outcome = 'success' | 'failure' | 'unused';

/** The one attempt that a half-open breaker lets through, in the partition that was chosen for it. */
export class ProbeWatch {
  private isChosen = false;
  /** `unknown`: a former owner has sent it; any attempt that ends may be it. */
  private attempt: string | 'unknown' | undefined;
  private end: Outcome | undefined;
  /** Told to the actor of the limit, which has not answered yet: until then nothing more is sent. */
  private reported: Outcome | undefined;

  /** @param hasAttempts whether attempts of the task are out in this partition */
  constructor(private readonly hasAttempts: () => boolean) {}

  get isFree(): boolean {
    return this.isChosen && this.attempt === undefined && this.end === undefined && this.reported === undefined;
  }

  /** @param isChosen by the actor of the limit, as of now */
  told(isChosen: boolean): void {
    if (this.isChosen === isChosen && this.reported === undefined) return;
    this.isChosen = isChosen;
    this.attempt = undefined;
    this.end = undefined;
    this.reported = undefined;
  }

  /** A new owner finds its partition chosen: what is out may be the attempt. */
  inherit(): void {
    if (this.isChosen) return;
    this.isChosen = true;
    if (this.hasAttempts()) this.attempt = 'unknown';
  }

  sent(id: InstanceId, token: number): void {
    if (this.isFree) this.attempt = `${id}/${token}`;
  }

  /** @param verdict undefined: it ended without saying anything of the task */
  ended(id: InstanceId, token: number, verdict: 'success' | 'failure' | undefined): void {
    if (this.attempt === undefined) return;
    if (this.attempt === 'unknown' || this.attempt === `${id}/${token}`) this.end = verdict ?? 'unused';
  }

  /** @param wanted steps that wait for it */
  outcome(wanted: number): Outcome | undefined {
    const isUnused = this.isFree && wanted === 0;
    this.reported = this.end ?? (isUnused ? 'unused' : this.reported);
    return this.reported;
  }
}
