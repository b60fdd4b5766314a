import { Writable } from 'node:stream';
import pc from 'picocolors';

type Paint = (text: string) => string;
const paints: Readonly<Record<string, Paint>> = {
  trace: pc.gray,
  debug: pc.gray,
  info: pc.green,
  warn: pc.yellow,
  error: pc.red,
  fatal: pc.bgRed,
};
const hidden = new Set(['level', 'time', 'msg', 'context', 'err', 'node', 'role', 'pid', 'hostname']);

/** Control characters, ANSI escapes among them, made visible: a logged text can never forge a line or colour the terminal. */
export const visible = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** One log record (JSON text) as lines for people. */
export function prettyLine(line: string): string {
  const record = parsed(line);
  if (record === undefined) return `${visible(line)}\n`;
  const level = String(record['level'] ?? 'info');
  const paint = paints[level] ?? pc.white;
  const context = typeof record['context'] === 'string' ? pc.cyan(`[${visible(record['context'])}] `) : '';
  const extras = Object.entries(record)
    .filter(([name]) => !hidden.has(name))
    .map(([name, value]) => pc.dim(` ${visible(name)}=${shown(value)}`));
  const head = `${pc.dim(String(record['time'] ?? '').slice(11, 23))} ${paint(level.toUpperCase().padEnd(5))} ${context}${visible(String(record['msg'] ?? ''))}`;
  return `${head}${extras.join('')}\n${stackOf(record['err'])}`;
}

const shown = (value: unknown): string => visible(typeof value === 'string' ? value : JSON.stringify(value));

function stackOf(err: unknown): string {
  const stack = (err as { stack?: unknown } | undefined)?.stack;
  if (typeof stack !== 'string') return '';
  return stack
    .split('\n')
    .map((line) => `    ${visible(line)}\n`)
    .join('');
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Destination of pino that writes `prettyLine`s. */
export function prettyStream(target: NodeJS.WritableStream = process.stdout): Writable {
  return new Writable({
    decodeStrings: false,
    write(chunk: string | Buffer, _encoding, done) {
      for (const line of String(chunk).split('\n')) if (line !== '') target.write(prettyLine(line));
      done();
    },
  });
}
