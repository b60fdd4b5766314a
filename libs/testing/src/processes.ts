import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface ProcessSpec {
  /** What the process is called in messages: `orchestrator-1`. */
  readonly name: string;
  /** Built file under the repository's root: `dist/apps/worker/src/main.js`. */
  readonly entry: string;
  readonly args?: readonly string[];
  /** Beside the environment of the test, which is handed on without its `ORQUESTRA_*`, `DATABASE_URL`, `AMQP_URL` and `PORT`. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ready when this answers 2xx … */
  readonly readyUrl?: string;
  /** … and this has been printed. With neither, ready as soon as it runs. */
  readonly readyLine?: RegExp;
  /** Default 30 s. */
  readonly readyTimeoutMs?: number;
}

/** How a process ended: by itself or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const keptLines = 5_000;
const ours = /^(ORQUESTRA_|DATABASE_URL$|AMQP_URL$|PORT$)/;

/** A real process of the product under test: start, kill -9, stop, freeze, start again; its output is kept. */
export class TestProcess {
  /** What it printed on both streams, over all its lives, newest last; at most 5,000 lines. */
  readonly lines: string[] = [];
  private child: ChildProcess | undefined;
  private ended: Promise<ProcessEnd> | undefined;

  constructor(
    readonly spec: ProcessSpec,
    private readonly guard: ProcessGuard,
    private readonly root: string = process.cwd(),
  ) {}

  get pid(): number | undefined {
    return this.child?.pid;
  }

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  /**
   * Resolves when it is ready. @param env of this life alone, beside that of the spec
   * @throws Error with the end of its output when it ends or stays silent instead
   */
  async start(env: Readonly<Record<string, string>> = {}): Promise<this> {
    const file = join(this.root, this.spec.entry);
    if (!existsSync(file)) throw new Error(`expected ${this.spec.entry} to be built, but it is not there: run npm run _build`);
    const from = this.lines.length;
    const child = spawn(process.execPath, [file, ...(this.spec.args ?? [])], {
      cwd: this.root,
      env: { ...inherited(), ...this.spec.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own, so that its children can be ended with it
    });
    this.child = child;
    this.ended = once(child, 'exit').then(([code, signal]) => ({ code, signal }) as ProcessEnd);
    this.guard.watch(child);
    this.collect(child);
    await this.becomeReady(from);
    return this;
  }

  /** SIGTERM, then the end; kill -9 after `graceMs`. */
  async stop(graceMs = 15_000): Promise<ProcessEnd | undefined> {
    return this.endWith('SIGTERM', graceMs);
  }

  /** kill -9: nothing is finished, nothing given back. Its own children (an embedded database) live on. */
  async kill(): Promise<ProcessEnd | undefined> {
    return this.endWith('SIGKILL', 5_000);
  }

  /** Freezes it: sockets stay open, nothing is answered. */
  freeze(): void {
    this.child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
  }

  /** How its present life ends. */
  async end(): Promise<ProcessEnd | undefined> {
    return this.ended;
  }

  /** Resolves with the first line (printed from now on, or already) that fits. */
  async line(pattern: RegExp, options: { from?: number; timeoutMs?: number } = {}): Promise<string> {
    const { from = 0, timeoutMs = 30_000 } = options;
    const found = await until(() => this.lines.slice(from).find((line) => pattern.test(line)), timeoutMs);
    if (found === undefined) throw new Error(`expected ${this.spec.name} to print ${pattern}, but it did not.\n${this.tail()}`);
    return found;
  }

  /** The last lines, for messages. */
  tail(count = 40): string {
    return this.lines.slice(-count).join('\n');
  }

  private async endWith(signal: NodeJS.Signals, graceMs: number): Promise<ProcessEnd | undefined> {
    if (!this.isRunning) return this.ended;
    this.child?.kill(signal);
    if (signal !== 'SIGKILL') this.child?.kill('SIGCONT');
    const end = await Promise.race([this.ended, delay(graceMs, undefined, { ref: false })]);
    if (end !== undefined) return end;
    this.child?.kill('SIGKILL');
    return this.ended;
  }

  private collect(child: ChildProcess): void {
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n');
        rest = parts.pop() ?? '';
        this.lines.push(...parts);
        if (this.lines.length > keptLines) this.lines.splice(0, this.lines.length - keptLines);
      });
    }
  }

  private async becomeReady(from: number): Promise<void> {
    const { readyUrl, readyLine, readyTimeoutMs = 30_000, name } = this.spec;
    const isReady = async (): Promise<boolean | undefined> => {
      if (!this.isRunning) throw new Error(`expected ${name} to become ready, but it ended.\n${this.tail()}`);
      if (readyLine && !this.lines.slice(from).some((line) => readyLine.test(line))) return undefined;
      return readyUrl === undefined || (await answers(readyUrl)) ? true : undefined;
    };
    if (await until(isReady, readyTimeoutMs)) return;
    await this.kill();
    throw new Error(`expected ${name} to be ready within ${readyTimeoutMs} ms, but it was not.\n${this.tail()}`);
  }
}

/**
 * Ends what a test started even when the test itself is killed: a tiny process that holds the other end of a pipe
 * and kills the process groups it was told of when that pipe closes.
 */
export class ProcessGuard {
  private warden: ChildProcess | undefined;

  /** Until it has ended and left nobody in its group: its number may be given to a process of somebody else then. */
  watch(child: ChildProcess): void {
    const { pid } = child;
    if (pid === undefined) return;
    this.warden ??= this.startWarden();
    const { warden } = this;
    warden.stdin?.write(`${pid}\n`);
    child.once('exit', () => {
      if (!hasMembers(pid) && warden.stdin?.writable) warden.stdin.write(`-${pid}\n`);
    });
  }

  /** kill -9 for every process group watched, with what these processes started. */
  async end(): Promise<void> {
    const { warden } = this;
    this.warden = undefined;
    if (warden === undefined) return;
    const gone = once(warden, 'exit');
    warden.ref();
    warden.stdin?.end();
    await gone;
  }

  private startWarden(): ChildProcess {
    const program = `
      const pids = new Set(); let text = '';
      process.stdin.on('data', (part) => { text += part; });
      process.stdin.on('end', () => {
        for (const line of text.split('\\n')) { const pid = Number(line); if (pid > 0) pids.add(pid); else pids.delete(-pid); }
        for (const pid of pids) try { process.kill(-pid, 'SIGKILL'); } catch {}
      });`;
    const warden = spawn(process.execPath, ['-e', program], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    warden.stdin?.on('error', () => undefined);
    warden.unref();
    return warden;
  }
}

function hasMembers(group: number): boolean {
  try {
    return process.kill(-group, 0);
  } catch {
    return false;
  }
}

/** Processes of one test, ended together. */
export class ProcessGroup implements AsyncDisposable {
  readonly members: TestProcess[] = [];
  private readonly guard = new ProcessGuard();

  constructor(private readonly root: string = process.cwd()) {}

  add(spec: ProcessSpec): TestProcess {
    const member = new TestProcess(spec, this.guard, this.root);
    this.members.push(member);
    return member;
  }

  start(spec: ProcessSpec): Promise<TestProcess> {
    return this.add(spec).start();
  }

  /** SIGTERM for all, kill -9 after `graceMs`, then for whatever they left behind. */
  async end(graceMs = 10_000): Promise<void> {
    await Promise.all(this.members.map((member) => member.stop(graceMs)));
    await this.guard.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.end();
  }
}

/** Asks again every 25 ms until there is an answer other than undefined. */
export async function until<T>(ask: () => T | undefined | Promise<T | undefined>, timeoutMs: number): Promise<T | undefined> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined || performance.now() >= deadline) return answer;
    await delay(25);
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.test(name)));
}
