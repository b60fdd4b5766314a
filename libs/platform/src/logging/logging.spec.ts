import type { Options } from 'pino-http';
import { Writable } from 'node:stream';
import { httpLogging, traceIdOf } from './http-logging.js';
import type { RootLogger } from './root-logger.js';
import { prettyLine, prettyStream } from './pretty.js';
import { withoutPasswords } from './redaction.js';
import { createRootLogger } from './root-logger.js';

const collect = () => {
  const lines: string[] = [];
  return { lines, write: (line: string) => void lines.push(line) };
};

const logged = (act: (logger: ReturnType<typeof createRootLogger>) => void): Record<string, unknown>[] => {
  const stream = collect();
  act(createRootLogger({ logLevel: 'info', logFormat: 'json', nodeId: 'n1' }, 'worker', stream));
  return stream.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
};

describe('createRootLogger', () => {
  it('writes one JSON object a line with level, time, role, node and the fields of a child', () => {
    const [record] = logged((logger) => logger.child({ instanceId: 'i1', path: 'ship/3/pack', attempt: 2 }).info('done'));
    expect(record).toMatchObject({
      level: 'info',
      role: 'worker',
      node: 'n1',
      instanceId: 'i1',
      path: 'ship/3/pack',
      attempt: 2,
      msg: 'done',
    });
    expect(Date.parse(String(record?.['time']))).not.toBeNaN();
  });

  it.each([null, undefined, 'gone', 7])('takes what is no error but was thrown: %p', (thrown) => {
    const [record] = logged((logger) => logger.warn({ err: thrown }, 'failed'));
    expect(record).toMatchObject({ msg: 'failed' });
  });

  it('takes errors that are frozen, and those that throw when they are read', () => {
    const unreadable = Object.defineProperty(new Error('x'), 'message', {
      get: () => {
        throw new Error('do not look');
      },
    });
    const records = logged((logger) => {
      for (const err of [Object.freeze(new Error('cold')), unreadable, Object.create(null)]) logger.warn({ err }, 'failed');
    });
    const unread = { message: 'an error that cannot be read' };
    expect(records.map(({ err }) => err)).toMatchObject([
      { type: 'Error', message: 'cold', stack: expect.stringContaining('logging.spec') as string },
      unread,
      unread,
    ]);
  });

  it('keeps a text with newlines and terminal escapes on one line', () => {
    const stream = collect();
    createRootLogger({ logLevel: 'info', logFormat: 'json', nodeId: 'n1' }, 'worker', stream).info(
      { name: 'a\nb' },
      'x\n{"level":"fatal"}\u001b[31m',
    );
    expect(stream.lines).toHaveLength(1);
    expect(stream.lines[0]?.trimEnd()).not.toMatch(/[\n\u001b]/);
  });

  it('hides secrets by name and passwords inside errors', () => {
    const records = logged((logger) => {
      logger.info({ password: 'geheim', request: { authorization: 'Bearer geheim' } }, 'in');
      logger.error({ err: new Error('connect amqp://app:geheim@host failed') }, 'out');
    });
    expect(JSON.stringify(records)).not.toContain('geheim');
    expect(JSON.stringify(records)).toContain('amqp://app:[redacted]@host');
  });
});

describe('prettyLine', () => {
  it('shows time, level, context, message and fields', () => {
    const line = prettyLine(
      '{"level":"warn","time":"2026-11-21T10:00:00.123Z","context":"Leases","msg":"lost","partition":3,"role":"x","node":"y"}',
    );
    expect(line.replace(/\u001b\[\d+m/g, '')).toBe('10:00:00.123 WARN  [Leases] lost partition=3\n');
  });

  it('makes control characters visible, so that no text can forge a line', () => {
    const line = prettyLine(JSON.stringify({ level: 'info', msg: 'a\nb\u001b[2Jc\u009b1m', path: 'x\r\ny' }));
    expect(line).toContain('a\\u000ab\\u001b[2Jc\\u009b1m');
    expect(line.split('\n')).toHaveLength(2);
  });

  it('writes stacks on lines of their own, and passes through what is no record', async () => {
    const written: string[] = [];
    const target = new Writable({ write: (chunk, _encoding, done) => (written.push(String(chunk)), done()) });
    prettyStream(target).write(`${JSON.stringify({ level: 'error', msg: 'm', err: { stack: 'Error: x\n    at y' } })}\nplain\n`);
    expect(written.join('')).toContain('    Error: x\n        at y\nplain\n');
  });
});

it('withoutPasswords hides the password of every URL', () => {
  expect(withoutPasswords('a postgres://u:p@h/d b amqp://x:y@z')).toBe('a postgres://u:[redacted]@h/d b amqp://x:[redacted]@z');
});

it('traceIdOf takes the trace id of a valid traceparent only', () => {
  expect(traceIdOf('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')).toBe('0af7651916cd43dd8448eb211c80319c');
  expect(traceIdOf(`00-${'0'.repeat(32)}-b7ad6b7169203331-01`)).toBeUndefined();
  expect(traceIdOf(['x'])).toBeUndefined();
});

it('httpLogging logs answers by how bad they are; those that ask to come again are nothing to log one by one', () => {
  const { customLogLevel } = httpLogging({} as RootLogger) as Pick<Options, 'customLogLevel'>;
  const levelOf = (statusCode: number, headers: readonly string[] = [], error?: Error) =>
    customLogLevel!({} as never, { statusCode, hasHeader: (name: string) => headers.includes(name) } as never, error);
  expect([200, 404, 500, 503].map((status) => levelOf(status))).toEqual(['debug', 'info', 'error', 'error']);
  expect(levelOf(503, ['retry-after'])).toBe('debug');
  expect(levelOf(503, ['retry-after'], new Error('cut off'))).toBe('error');
});
