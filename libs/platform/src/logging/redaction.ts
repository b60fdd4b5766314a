/** Places in log records that may hold a secret, at the top or one level down. */
const names = [
  'password',
  'secret',
  'token',
  'apiKey',
  'authorization',
  'cookie',
  'databaseUrl',
  'amqpUrl',
  'DATABASE_URL',
  'AMQP_URL',
];

export const redactedPaths: string[] = [
  ...names.flatMap((name) => [name, `*.${name}`]),
  'req.headers.authorization',
  'req.headers.cookie',
  'res.headers["set-cookie"]',
];

/** Hides the password part of any URL inside a text (error messages of drivers carry them). */
export const withoutPasswords = (text: string): string =>
  text.replace(/([a-z][a-z0-9+.-]*:\/\/[^\s:/@]*):[^\s/@]+@/gi, '$1:[redacted]@');
