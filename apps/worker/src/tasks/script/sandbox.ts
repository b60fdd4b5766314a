import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { scriptLimits } from './contract.js';
import { type SandboxAnswer, type SandboxJob, sandboxMessageSchema } from './protocol.js';

/** How a script came out, also when its process did not live to tell. */
export type SandboxOutcome = SandboxAnswer | { readonly kind: 'crashed'; readonly how: string };

/** How long a process that is past its time may take to stop its script by itself. */
const killAfterMs = 200;
/** A line longer than the largest answer: whatever writes it is no sandbox of ours any more. */
const longestLine = 16 * 1024 * 1024;

interface Running {
  readonly settle: (outcome: SandboxOutcome) => void;
  readonly print: (line: string) => void;
  readonly timer: NodeJS.Timeout;
}

/** One sandbox process: runs scripts one after the other, until one of them has cost it its health. */
export class Sandbox {
  /** No further script can be run in it. */
  isSpent = false;
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private running: Running | undefined;
  private unread = '';

  constructor() {
    this.child = start();
    this.child.stdout.setEncoding('utf8');
    this.child.stdout.on('data', (text: string) => this.read(text));
    this.child.stdin.on('error', () => undefined); // it has gone; `exit` tells
    this.child.on('error', (error) => this.gone(error.message));
    this.child.on('exit', (code, signal) => this.gone(signal ?? `exit code ${code}`));
    this.rest();
  }

  /** Never rejects. @param print called with every line the script prints */
  run(job: SandboxJob, print: (line: string) => void): Promise<SandboxOutcome> {
    return new Promise((settle) => {
      if (this.isSpent) return settle({ kind: 'crashed', how: 'before it began' });
      const timer = setTimeout(() => this.overdue(), job.timeoutMs + killAfterMs);
      this.running = { settle, print, timer };
      this.hold();
      const body = Buffer.from(JSON.stringify(job));
      const head = Buffer.alloc(4);
      head.writeUInt32LE(body.length);
      this.child.stdin.write(head);
      this.child.stdin.write(body);
    });
  }

  /** Ends it whatever it is doing. */
  kill(): void {
    this.isSpent = true;
    this.child.kill('SIGKILL');
  }

  private overdue(): void {
    this.kill();
    this.settle({ kind: 'overdue' });
  }

  private gone(how: string): void {
    this.isSpent = true;
    this.settle({ kind: 'crashed', how });
  }

  private settle(outcome: SandboxOutcome): void {
    const { running } = this;
    if (running === undefined) return;
    this.running = undefined;
    clearTimeout(running.timer);
    this.rest();
    running.settle(outcome);
  }

  private read(text: string): void {
    if (this.isSpent) return;
    const lines = (this.unread + text).split('\n');
    this.unread = lines.pop()!;
    if (this.unread.length > longestLine) return this.distrust();
    for (const line of lines) this.hear(line);
  }

  private hear(line: string): void {
    const message = messageOf(line);
    if (message === undefined) return this.distrust();
    if (message.kind === 'print') return this.running?.print(message.text);
    const { isSpent, ...answer } = message;
    if (isSpent) this.isSpent = true;
    this.settle(answer);
  }

  private distrust(): void {
    this.kill();
    this.settle({ kind: 'crashed', how: 'it spoke out of turn' });
  }

  /** An idle process keeps nobody from ending. */
  private rest(): void {
    this.child.unref();
    for (const pipe of pipesOf(this.child)) pipe.unref?.();
  }

  private hold(): void {
    this.child.ref();
    for (const pipe of pipesOf(this.child)) pipe.ref?.();
  }
}

interface Refable {
  readonly ref?: () => void;
  readonly unref?: () => void;
}
const pipesOf = ({ stdin, stdout }: ChildProcessByStdio<Writable, Readable, null>): Refable[] =>
  [stdin, stdout] as unknown as Refable[];

function messageOf(line: string): ReturnType<typeof sandboxMessageSchema.parse> | undefined {
  try {
    return sandboxMessageSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** No environment, a small heap and, where Node can, nothing to read but its own program, nothing to write, nothing to start. */
function start(): ChildProcessByStdio<Writable, Readable, null> {
  return spawn(process.execPath, [...limits, program, String(scriptLimits.memoryMiB)], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {},
    cwd: '/',
    windowsHide: true,
  });
}

const built = join(import.meta.dirname, 'sandbox-main.js');
/** Tests run from the sources. */
const program = existsSync(built) ? built : join(import.meta.dirname, 'sandbox-main.ts');
const limits = ['--max-old-space-size=64', ...permissions()];

function permissions(): string[] {
  if (!process.allowedNodeEnvironmentFlags.has('--permission')) return [];
  const packages = ['quickjs-emscripten-core', '@jitl/quickjs-wasmfile-release-sync', '@jitl/quickjs-ffi-types'];
  const places = createRequire(import.meta.url).resolve.paths(packages[0]!) ?? [];
  const modules = places.find((place) => existsSync(join(place, packages[0]!))) ?? '';
  const folders = [import.meta.dirname, ...packages.map((name) => join(modules, name))];
  // Symbolic links are taken as they are: finding out where they lead would be reading.
  return [
    '--permission',
    '--preserve-symlinks',
    '--preserve-symlinks-main',
    ...folders.map((folder) => `--allow-fs-read=${folder}`),
  ];
}
