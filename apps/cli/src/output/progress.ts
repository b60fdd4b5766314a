import { SingleBar } from 'cli-progress';
import type { Shell } from '../shell.js';
import { cut, plain } from './text.js';

/** How far an instance is, on stderr. */
export interface Progress {
  update(head: { readonly stepsDone: number; readonly stepsTotal: number; readonly currentStep: string | null }): void;
  /** Lines that stay. */
  say(lines: readonly string[]): void;
  /** Draws the last state, then leaves. */
  finish(ended: { readonly stepsDone: number; readonly stepsTotal: number }): void;
  /** Leaves the line for good; may be called again. */
  stop(): void;
}

/** Lines only. */
export const silent = (shell: Shell): Progress => ({
  update: () => undefined,
  say: (lines) => shell.err(lines.map((line) => `${line}\n`).join('')),
  finish: () => undefined,
  stop: () => undefined,
});

/** A bar of steps; without one where stderr is no terminal. */
export function progressBar(shell: Shell, definition: string): Progress {
  if (!shell.isErrTerminal) return silent(shell);
  const bar = new SingleBar({
    format: `${cut(plain(definition), 30)} {bar} {value}/{total} steps  {duration_formatted}  {step}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(1, 0, { step: '' });
  const draw = (done: number, total: number, step: string): void => {
    bar.setTotal(Math.max(1, total));
    bar.update(done, { step });
  };
  return {
    update: ({ stepsDone, stepsTotal, currentStep }) => draw(stepsDone, stepsTotal, cut(plain(currentStep ?? ''), 40)),
    say: (lines) => shell.err(lines.map((line) => `\r\u001b[K${line}\n`).join('')), // the bar draws itself anew below
    finish({ stepsDone, stepsTotal }) {
      draw(stepsDone, stepsTotal, '');
      bar.stop();
    },
    stop: () => bar.stop(),
  };
}
