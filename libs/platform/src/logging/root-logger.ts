import { type DestinationStream, type Logger, type LoggerOptions, pino, stdSerializers, stdTimeFunctions } from 'pino';
import type { Config } from '../config/variables.js';
import { prettyStream } from './pretty.js';
import { redactedPaths, withoutPasswords } from './redaction.js';

export type RootLogger = Logger;

/** Said of what was thrown and throws itself when it is looked at. */
export const UNREADABLE_ERROR = 'an error that cannot be read';

/** Field names every service uses, so that one search follows an instance through all of them. */
export interface LogFields {
  readonly instanceId?: string;
  readonly path?: string;
  readonly attempt?: number;
  readonly traceId?: string;
}

/** The one logger of a process; children of it carry `LogFields`. Written synchronously, so that the last words before an exit arrive. */
export function createRootLogger(
  config: Pick<Config, 'logLevel' | 'logFormat' | 'nodeId'>,
  role: string,
  stream?: DestinationStream,
): RootLogger {
  const format = config.logFormat ?? (process.stdout.isTTY ? 'pretty' : 'json');
  const destination = stream ?? (format === 'pretty' ? prettyStream() : pino.destination({ dest: 1, sync: true }));
  return pino(loggerOptions(config.logLevel, { role, node: config.nodeId }), destination);
}

function loggerOptions(level: string, base: Record<string, string>): LoggerOptions {
  return {
    level,
    base,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: redactedPaths, censor: '[redacted]' },
    serializers: { err: safeError },
  };
}

/** @param error whatever was thrown: `Promise.reject(null)` must not end a process because it is logged */
function safeError(error: unknown): unknown {
  try {
    return readError(error);
  } catch {
    return { type: typeof error, message: UNREADABLE_ERROR, stack: '' };
  }
}

function readError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error, message: withoutPasswords(String(error)), stack: '' };
  const plain = stdSerializers.err(Object.isExtensible(error) ? error : (Object.create(error) as Error)); // it is marked while it is read
  return { ...plain, message: withoutPasswords(String(plain.message)), stack: withoutPasswords(String(plain.stack ?? '')) };
}
