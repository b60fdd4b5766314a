import { exitCodes, type ExitCode } from './exit-codes.js';

/** A command cannot go on: one message for the person, one code for the script. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string = 'CLI_ERROR';
  constructor(
    message: string,
    readonly exitCode: ExitCode = exitCodes.failed,
    readonly hint?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export class UsageError extends CliError {
  override readonly code = 'USAGE';
  constructor(message: string, hint?: string) {
    super(message, exitCodes.usage, hint);
  }
}

export class NotFoundError extends CliError {
  override readonly code = 'NOT_FOUND';
  constructor(message: string, hint?: string) {
    super(message, exitCodes.notFound, hint);
  }
}
