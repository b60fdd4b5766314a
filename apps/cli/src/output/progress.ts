import { SingleBar } from 'cli-progress';
import type { OrquestraClient } from '#libs/client';
import type { Shell } from '../shell.js';
import { cut, plain } from './text.js';

export interface Progress {
  /** Draws the last state. */
  finish(ended: { stepsDone: number; stepsTotal: number }): Promise<void>;
  /** Leaves the line for good; may be called again. */
  stop(): void;
}

const none: Progress = { finish: () => Promise.resolve(), stop: () => undefined };

/** A bar of steps on stderr that follows the instance live; nothing when stderr is no terminal. */
export function showProgress(shell: Shell, client: OrquestraClient, instance: { id: string; definition: string }): Progress {
  if (!shell.isErrTerminal) return none;
  const bar = new SingleBar({
    format: `${cut(plain(instance.definition), 30)} {bar} {value}/{total} steps  {duration_formatted}  {step}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    stream: process.stderr,
  });
  bar.start(1, 0, { step: '' });
  const abort = new AbortController();
  const live = client.live();
  const followed = follow();
  let isStopped = false;

  async function follow(): Promise<void> {
    for await (const message of live.subscribe({ subscribe: 'instance', id: instance.id }, { signal: abort.signal })) {
      if (message.topic !== 'instance' || message.head === undefined || isStopped) continue;
      const { stepsDone, stepsTotal, currentStep } = message.head;
      bar.setTotal(Math.max(1, stepsTotal));
      bar.update(stepsDone, { step: cut(plain(currentStep ?? ''), 40) });
    }
  }
  // The bar is a courtesy: the wait itself says how it ends, so trouble of the live connection is not told twice.
  followed.catch(() => undefined);

  return {
    finish({ stepsDone, stepsTotal }) {
      bar.setTotal(Math.max(1, stepsTotal));
      bar.update(stepsDone, { step: '' });
      return Promise.resolve();
    },
    stop() {
      if (isStopped) return;
      isStopped = true;
      abort.abort();
      live.close();
      bar.stop();
    },
  };
}
