import { z } from 'zod';
import { parseDuration } from '#libs/engine';
import { defineTask } from '#libs/worker-sdk';

const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,200}$/, 'expected the name of a header');
/** Set by the connection itself, or able to make one message look like two. */
const ownHeaders = new Set([
  'host',
  'content-length',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'upgrade',
  'te',
  'trailer',
  'expect',
  'accept-encoding',
]);
const maxTimeoutMs = 10 * 60_000;

export const httpInputSchema = z
  .strictObject({
    method: z
      .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      .default('GET')
      .meta({ description: 'Default `GET`.' }),
    url: z
      .url({ protocol: /^https?$/ })
      .max(8_192)
      .meta({ description: '`http` or `https`, without user and password.' }),
    headers: z
      .record(
        headerName,
        z
          .string()
          .max(8_192)
          .regex(/^[\t\x20-\x7e\x80-\xff]*$/, 'expected one line of text'),
      )
      .refine(
        (headers) => Object.keys(headers).every((name) => !ownHeaders.has(name.toLowerCase())),
        `expected none of ${[...ownHeaders].join(', ')}: they are set for you`,
      )
      .default({})
      .meta({ description: 'Default none.' }),
    body: z
      .unknown()
      .optional()
      .meta({ description: 'Text is sent as it is, anything else as JSON. Not with `GET` and `HEAD`.' }),
    timeout: z
      .union([z.number(), z.string()])
      .transform((value, context) => {
        const ms = typeof value === 'number' ? value : parseDuration(value);
        if (ms !== undefined && ms >= 1 && ms <= maxTimeoutMs) return ms;
        context.addIssue({
          code: 'custom',
          message: 'expected milliseconds or a duration such as "30s", from 1 ms to 10 minutes',
        });
        return z.NEVER;
      })
      .default(30_000)
      .meta({
        description:
          'For the whole exchange, redirects included: milliseconds or a duration such as `30s`, at most `10m`. Default `30s`.',
      }),
    expectStatus: z
      .union([z.int().min(100).max(599), z.array(z.int().min(100).max(599)).min(1)])
      .optional()
      .meta({ description: 'Statuses that count as success. Default: 200 … 299.' }),
  })
  .refine(({ method, body }) => body === undefined || (method !== 'GET' && method !== 'HEAD'), {
    path: ['body'],
    message: 'expected no body with GET and HEAD',
  });
export type HttpInput = z.infer<typeof httpInputSchema>;

export const httpOutputSchema = z.object({
  status: z.int().meta({ description: 'Status of the last response.' }),
  headers: z.record(z.string(), z.string()).meta({ description: 'Names in lower case; repeated ones joined by a comma.' }),
  body: z.unknown().meta({ description: 'Parsed when it is JSON, else text; null when empty.' }),
});
export type HttpOutput = z.infer<typeof httpOutputSchema>;

export const httpContract = defineTask('http', {
  description:
    'One HTTP exchange. Only public addresses on ports 80, 443, 8080 and 8443, unless the worker runs with `ORQUESTRA_HTTP_ALLOW_PRIVATE`; at most 3 redirects, each checked anew; at most 5 MiB of response after decompression. ' +
    'Statuses 408, 425, 429 and 5xx, time-outs and network errors are retryable, the rest is not. `idempotency-key` is sent with every request that may change something.',
  input: httpInputSchema,
  output: httpOutputSchema,
  errors: [
    'HTTP_<status>',
    'HTTP_TIMEOUT',
    'HTTP_UNREACHABLE',
    'HTTP_FORBIDDEN_URL',
    'HTTP_FORBIDDEN_ADDRESS',
    'HTTP_TOO_MANY_REDIRECTS',
    'HTTP_BAD_RESPONSE',
    'HTTP_RESPONSE_TOO_LARGE',
  ],
});
