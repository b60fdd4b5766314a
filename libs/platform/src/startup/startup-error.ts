/** The service cannot start and the person at the keyboard can mend it: printed as one message, without a stack. */
export class StartupError extends Error {
  constructor(
    /** Stable, upper case, e.g. `PORT_TAKEN`. */
    readonly code: string,
    /** What was expected, what was found, what to do. */
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
