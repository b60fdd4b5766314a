/** What scripts can rely on. */
export const exitCodes = {
  ok: 0,
  /** The instance ended badly, or the command could not be done for a reason outside (no server, a fault of the server). */
  failed: 1,
  usage: 2,
  notFound: 3,
  /** The server, or a check before it, said no: invalid, conflicting, not allowed. */
  refused: 4,
  timedOut: 124,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];
