/** The embedded PostgreSQL cannot run here; the message says what to do instead. */
export class EmbeddedPostgresError extends Error {
  constructor(
    readonly code:
      | 'DATA_FOLDER_IN_USE'
      | 'PLATFORM_NOT_SUPPORTED'
      | 'NO_UNPRIVILEGED_USER'
      | 'NOT_ACCESSIBLE'
      | 'OTHER_VERSION'
      | 'START_FAILED',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const useAnother = 'set DATABASE_URL to a PostgreSQL 15 or newer of your own';

export const notAccessible = (path: string, cause: unknown): EmbeddedPostgresError =>
  new EmbeddedPostgresError(
    'NOT_ACCESSIBLE',
    `this user may not use ${path} (${(cause as NodeJS.ErrnoException).code ?? String(cause)}): run as the user it belongs to, choose another folder with ORQUESTRA_DATA_DIR, or ${useAnother}`,
    { cause },
  );
