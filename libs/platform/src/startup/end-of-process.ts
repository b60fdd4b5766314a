import { constants } from 'node:os';
import type { RootLogger } from '../logging/root-logger.js';

/** What the signal handling needs of a process; `process` itself, or a twin in tests. */
export interface ProcessLike {
  on(event: string, listener: (...args: never[]) => void): unknown;
  off(event: string, listener: (...args: never[]) => void): unknown;
  exit(code: number): void;
}

export interface EndOptions {
  readonly logger: Pick<RootLogger, 'info' | 'error' | 'fatal'>;
  /** Most time `close` may take, ms. */
  readonly graceMs: number;
  /** Stops taking work, lets what is in flight end, closes connections. */
  readonly close: () => Promise<void>;
  readonly process?: ProcessLike;
}

const signals = ['SIGTERM', 'SIGINT'] as const;

/** Ctrl-C reaches a process from the terminal and again from whoever started it: within this time that is one signal, ms. */
const sameSignalMs = 500;

/**
 * SIGTERM, SIGINT and the loss of a supervisor: close within the grace, then exit 0 (1 when it took too long or failed).
 * A second signal exits at once with 128 + its number.
 * An uncaught exception or unhandled rejection is a bug: it is logged and the process exits 1; what was stored is safe, others take over.
 * @returns the function that removes the handlers again
 */
export function handleEndOfProcess(options: EndOptions): () => void {
  const target = options.process ?? (process as unknown as ProcessLike);
  let closingSince: number | undefined;
  const begin = (reason: string): void => {
    closingSince = performance.now();
    options.logger.info({ reason, graceMs: options.graceMs }, 'shutting down');
    void closeWithin(options).then((code) => target.exit(code));
  };
  const onSignal = (signal: (typeof signals)[number]): void => {
    if (closingSince === undefined) begin(signal);
    else if (performance.now() - closingSince >= sameSignalMs) target.exit(128 + constants.signals[signal]);
  };
  const onOrphaned = (): void => {
    if (closingSince === undefined) begin('the supervisor is gone');
  };
  const onBug = (error: unknown): void => {
    try {
      options.logger.fatal({ err: error ?? String(error) }, 'unexpected error, the process ends'); // the logger reads whatever was thrown
    } finally {
      target.exit(1);
    }
  };
  for (const signal of signals) target.on(signal, onSignal);
  target.on('disconnect', onOrphaned);
  target.on('uncaughtException', onBug);
  target.on('unhandledRejection', onBug);
  return () => {
    for (const signal of signals) target.off(signal, onSignal);
    target.off('disconnect', onOrphaned);
    target.off('uncaughtException', onBug);
    target.off('unhandledRejection', onBug);
  };
}

async function closeWithin(options: EndOptions): Promise<number> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<number>((resolve) => {
    timer = setTimeout(() => {
      options.logger.error({ graceMs: options.graceMs }, 'could not close in time');
      resolve(1);
    }, options.graceMs);
  });
  const closed = options.close().then(
    () => 0,
    (error: unknown) => {
      options.logger.error({ err: error }, 'closing failed');
      return 1;
    },
  );
  return Promise.race([closed, late]).finally(() => clearTimeout(timer));
}
