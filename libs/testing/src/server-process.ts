import { type ChildProcess, spawn, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { ProcessGuard } from './processes.js';

const keptLines = 200;

/** A server of a test's own (PostgreSQL, RabbitMQ) as a process group; it ends with the test, however that ends. */
export class ServerProcess {
  private readonly guard = new ProcessGuard();
  private readonly lines: string[] = [];
  private child: ChildProcess | undefined;

  constructor(private readonly name: string) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Starts it and waits until `isReady` answers true.
   * @throws Error with the end of its output when it ends or is not ready within `withinMs`
   */
  async start(
    command: string,
    args: readonly string[],
    options: SpawnOptions,
    isReady: () => Promise<boolean>,
    withinMs: number,
  ): Promise<void> {
    const child = spawn(command, [...args], { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text: string) => this.keep(text));
    await once(child, 'spawn');
    this.guard.watch(child);
    const deadline = performance.now() + withinMs;
    while (!(await isReady())) {
      if (!this.isRunning) throw new Error(`expected ${this.name} to start, but it ended:\n${this.tail()}`);
      if (performance.now() > deadline) {
        await this.end('SIGKILL', 5_000);
        throw new Error(`expected ${this.name} to be ready within ${withinMs} ms, but it was not:\n${this.tail()}`);
      }
      await delay(50);
    }
  }

  /** Signals the leader of the group, and kills the whole group when that has not ended it after `withinMs`. */
  async end(signal: NodeJS.Signals, withinMs: number): Promise<void> {
    const { child } = this;
    if (child === undefined || !this.isRunning) return;
    const ended = once(child, 'exit');
    if (signal === 'SIGKILL') this.killGroup();
    else child.kill(signal);
    await Promise.race([ended, delay(withinMs, undefined, { ref: false })]);
    if (this.isRunning) this.killGroup();
    await ended;
  }

  /** Freezes or continues the whole group: sockets stay open, nothing is answered. */
  freeze(isFrozen: boolean): void {
    if (this.pid !== undefined && this.isRunning) process.kill(-this.pid, isFrozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** kill -9 for whatever is left; it cannot be started again after this. */
  async dispose(): Promise<void> {
    await this.end('SIGKILL', 5_000);
    await this.guard.end();
  }

  tail(): string {
    return this.lines.join('\n');
  }

  private killGroup(): void {
    if (this.pid === undefined) return;
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // gone already
    }
  }

  private keep(text: string): void {
    this.lines.push(...text.split('\n').filter((line) => line !== ''));
    if (this.lines.length > keptLines) this.lines.splice(0, this.lines.length - keptLines);
  }
}
