import type { SandboxJob } from './protocol.js';
import { Sandbox, type SandboxOutcome } from './sandbox.js';

export interface SandboxPoolOptions {
  /** Processes at most. */
  readonly size: number;
  /** An unused process ends after this long, ms; default a minute. */
  readonly idleMs?: number;
}

/** Sandbox processes, started when needed, used again while they are sound. */
export class SandboxPool {
  /** Processes started so far. */
  started = 0;
  private readonly idle: { readonly sandbox: Sandbox; readonly end: NodeJS.Timeout }[] = [];
  private readonly waiting: (() => void)[] = [];
  private busy = 0;

  constructor(private readonly options: SandboxPoolOptions) {}

  /**
   * Runs a script in a process of its own for that time; killed when the signal is aborted.
   * @throws the signal's reason
   */
  async run(job: SandboxJob, print: (line: string) => void, signal: AbortSignal): Promise<SandboxOutcome> {
    await this.turn(signal);
    const sandbox = this.take();
    const abort = (): void => sandbox.kill();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const outcome = await sandbox.run(job, print);
      signal.throwIfAborted();
      return outcome;
    } finally {
      signal.removeEventListener('abort', abort);
      this.giveBack(sandbox);
    }
  }

  /** Ends every idle process; the next script starts one anew. */
  close(): void {
    for (const { sandbox, end } of this.idle.splice(0)) {
      clearTimeout(end);
      sandbox.kill();
    }
  }

  private async turn(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.busy < this.options.size) {
      this.busy += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(go), 1);
        reject(signal.reason as Error);
      };
      this.waiting.push(go);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  private take(): Sandbox {
    for (let resting = this.idle.pop(); resting !== undefined; resting = this.idle.pop()) {
      clearTimeout(resting.end);
      if (!resting.sandbox.isSpent) return resting.sandbox;
    }
    this.started += 1;
    return new Sandbox();
  }

  private giveBack(sandbox: Sandbox): void {
    if (!sandbox.isSpent) {
      const end = setTimeout(() => this.retire(sandbox), this.options.idleMs ?? 60_000).unref();
      this.idle.push({ sandbox, end });
    }
    const next = this.waiting.shift();
    if (next === undefined) this.busy -= 1;
    else next(); // it takes over the turn
  }

  private retire(sandbox: Sandbox): void {
    const at = this.idle.findIndex((each) => each.sandbox === sandbox);
    if (at >= 0) this.idle.splice(at, 1);
    sandbox.kill();
  }
}
