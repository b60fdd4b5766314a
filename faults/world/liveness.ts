import { setTimeout as delay } from 'node:timers/promises';
import type { TestProcess } from '#libs/testing';

const probeMs = 1_000;
const patienceMs = 2_000;
const failuresMost = 3;

/** What an orchestrator of containers does: asks a process whether it lives, ends one that does not answer, and starts again what has ended. */
export class Liveness implements AsyncDisposable {
  readonly counts = { ended: 0, replaced: 0 };
  private readonly ending = new AbortController();
  private readonly watching: Promise<void>;

  /** @param forget is told the process id of what has ended */
  constructor(
    private readonly watched: TestProcess,
    private readonly forget: (pid: number) => void,
  ) {
    this.watching = this.watch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ending.abort();
    await this.watching;
  }

  private async watch(): Promise<void> {
    for (let failures = 0; !this.ending.signal.aborted;) {
      await delay(probeMs, undefined, { signal: this.ending.signal }).catch(() => undefined);
      if (this.ending.signal.aborted) return;
      failures = !this.watched.isRunning || (await this.answers()) ? 0 : failures + 1;
      if (this.watched.isRunning && failures < failuresMost) continue;
      this.counts[this.watched.isRunning ? 'replaced' : 'ended'] += 1;
      await this.again();
      failures = 0;
    }
  }

  private async again(): Promise<void> {
    const { pid } = this.watched;
    await this.watched.kill();
    if (pid !== undefined) this.forget(pid);
    await this.watched.start().catch(() => undefined); // it may meet the same again before it is ready
  }

  private async answers(): Promise<boolean> {
    const url = this.watched.spec.readyUrl!.replace('/ready', '/live');
    return fetch(url, { signal: AbortSignal.timeout(patienceMs) }).then(({ ok }) => ok, () => false); // prettier-ignore
  }
}
