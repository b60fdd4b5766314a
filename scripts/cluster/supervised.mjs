// One supervised service: started, watched, restarted with growing pauses, ended in an orderly way.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const firstPauseMs = 200;
const longestPauseMs = 10_000;
/** Up this long, the service counts as healthy again and its next pause is short. */
const settledMs = 30_000;

/** Pause before restart number `restarts` (from 1) in a row, ms. */
export const pauseMs = (restarts) => Math.min(longestPauseMs, firstPauseMs * 2 ** (restarts - 1));

export class Supervised {
  #child;
  #restarts = 0;
  #ending = false;
  #timer;
  #gone = Promise.resolve();

  /**
   * @param spec {role, index, args, env}
   * @param watch {event(name, fields), line(text)}: what happens, and each line the service prints
   */
  constructor(spec, watch, { restart = true, command = process.execPath } = {}) {
    this.spec = spec;
    this.watch = watch;
    this.restart = restart;
    this.command = command;
  }

  start() {
    const since = Date.now();
    // The fourth channel tells the service when this process is gone, however it went.
    const child = spawn(this.command, this.spec.args, { env: this.spec.env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => this.watch.line(line));
    child.on('message', (message) => message?.type === 'ready' && this.watch.event('ready', { pid: child.pid }));
    child.on('error', (error) => this.watch.event('failed', { reason: error.message }));
    this.#gone = new Promise((resolve) => {
      child.once('close', (code, signal) => {
        resolve();
        this.#ended(code, signal, since);
      });
    });
    if (child.pid !== undefined) this.watch.event('started', { pid: child.pid });
  }

  #ended(code, signal, since) {
    this.watch.event('exited', { pid: this.#child.pid, code, signal });
    if (this.#ending || !this.restart) return;
    this.#restarts = Date.now() - since >= settledMs ? 1 : this.#restarts + 1;
    const inMs = pauseMs(this.#restarts);
    this.watch.event('restarting', { inMs });
    this.#timer = setTimeout(() => this.start(), inMs);
  }

  /** SIGTERM, and SIGKILL if it is still there after `graceMs`. */
  async end(graceMs) {
    this.#ending = true;
    clearTimeout(this.#timer);
    this.#child?.kill('SIGTERM');
    const killer = setTimeout(() => this.kill(), graceMs);
    await this.#gone;
    clearTimeout(killer);
  }

  kill() {
    this.#ending = true;
    this.#child?.kill('SIGKILL');
  }
}
