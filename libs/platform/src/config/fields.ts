import { closest } from 'fastest-levenshtein';
import { z } from 'zod';
import { BYTES_FORMS, parseBytes, QUEUE_SHAPE } from '#libs/engine';
import { type CrashPoint, crashPoints } from '../crash-points/points.js';

/** One environment variable: its name, what it accepts, and the sentence shown in docs/configuration.md. */
export interface Variable<S extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly schema: S;
  readonly text: string;
  /** What the reference page says is used when it is absent. */
  readonly byDefault: string;
  /** Secrets are never printed and may be given as `<NAME>_FILE`, the path of a file holding the value. */
  readonly secret: boolean;
  /** Of a limit: stands in the table of limits, with what it may be and why it is what it is. */
  readonly limit?: { readonly range: string; readonly why: string };
}

export function variable<S extends z.ZodType>(
  name: string,
  schema: S,
  text: string,
  options: { byDefault?: string; secret?: boolean } = {},
): Variable<S> {
  return { name, schema, text, byDefault: options.byDefault ?? defaultOf(schema), secret: options.secret ?? false };
}

export interface LimitOptions {
  readonly from: number;
  readonly to: number;
  readonly byDefault: number;
  /** What it bounds, as a sentence. */
  readonly text: string;
  /** Why the default is what it is. */
  readonly why: string;
}

/** A bound an operator may turn: a whole number within a range. */
export function limit(name: string, { from, to, byDefault, text, why }: LimitOptions): Variable<Limit> {
  const schema = integer(from, to).default(byDefault);
  return { ...variable(name, schema, text), limit: { range: `${from} – ${to}`, why } };
}

/** The same for memory: bytes, or with a unit such as `64MiB`. */
export function sizeLimit(name: string, { from, to, byDefault, text, why }: LimitOptions): Variable<Limit> {
  const schema = bytes()
    .refine((size) => size >= from && size <= to, `expected ${sizeText(from)} to ${sizeText(to)}`)
    .default(byDefault);
  const known = variable(name, schema, text, { byDefault: `\`${sizeText(byDefault)}\`` });
  return { ...known, limit: { range: `${sizeText(from)} – ${sizeText(to)}`, why } };
}

type Limit = z.ZodType<number>;

const units = [
  ['GiB', 1024 ** 3],
  ['MiB', 1024 ** 2],
  ['KiB', 1024],
] as const;

function sizeText(size: number): string {
  const [unit, factor] = units.find(([, each]) => size % each === 0 && size >= each) ?? ['B', 1];
  return `${size / factor}${unit}`;
}

function defaultOf(schema: z.ZodType): string {
  const parsed = schema.safeParse(undefined);
  return parsed.success && parsed.data !== undefined ? `\`${String(parsed.data)}\`` : 'not set';
}

export const integer = (from: number, to: number) =>
  z.preprocess(
    (text) => (typeof text === 'string' && /^-?\d+$/.test(text.trim()) ? Number(text) : text),
    z
      .int(`expected a whole number from ${from} to ${to}`)
      .min(from, `expected at least ${from}`)
      .max(to, `expected at most ${to}`),
  );

const switches: Readonly<Record<string, boolean>> = {
  true: true,
  '1': true,
  yes: true,
  on: true,
  false: false,
  '0': false,
  no: false,
  off: false,
};

export const flag = (byDefault: boolean) =>
  z.preprocess(
    (text) => (text === undefined ? byDefault : typeof text === 'string' ? (switches[text.toLowerCase()] ?? text) : text),
    z.boolean('expected true or false'),
  );

export const oneOf = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `expected one of ${values.join(', ')}`);

export const urlOf = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => protocols.includes(protocolOf(text)),
      `expected a URL that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    );

function protocolOf(text: string): string {
  return URL.canParse(text) ? new URL(text).protocol : '';
}

/** `k=v,k=v` as an object; repeated or empty names are faults. */
export const labels = () =>
  z.string().transform((text, context): Readonly<Record<string, string>> => {
    const pairs = text
      .split(',')
      .map((pair) => pair.trim())
      .filter((pair) => pair !== '');
    const found: Record<string, string> = {};
    for (const pair of pairs) {
      const [, name, value] = /^([A-Za-z0-9_.-]{1,63})=([^=]{0,255})$/.exec(pair) ?? [];
      if (name === undefined || value === undefined || Object.hasOwn(found, name)) {
        context.addIssue({ code: 'custom', message: `expected name=value pairs with each name once, at "${pair}"` });
        return z.NEVER;
      }
      found[name] = value.trim();
    }
    return found;
  });

/** A size: bytes, or with a unit. */
export const bytes = () =>
  z.string().transform((text, context): number => {
    const found = parseBytes(text);
    if (found !== undefined) return found;
    context.addIssue({ code: 'custom', message: `expected a size such as ${BYTES_FORMS}` });
    return z.NEVER;
  });

/** Comma-separated list without empty items. */
export const list = () =>
  z.string().transform((text): readonly string[] =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

/** Names of queues, at least one, each once. */
export const queueNames = () =>
  list().superRefine((names, context) => {
    const expected = 'expected names of queues, each once, of at most 63 letters, digits, "_" or "-"';
    const wrong = names.find((name, place) => !QUEUE_SHAPE.test(name) || names.indexOf(name) !== place);
    if (wrong !== undefined) context.addIssue({ code: 'custom', message: `${expected}, at "${wrong}"` });
    else if (names.length === 0) context.addIssue({ code: 'custom', message: expected });
  });

/** `name` or `name:n`: a crash point, and which pass of it. */
export const crashPointPass = () =>
  z.string().transform((text, context): { readonly name: CrashPoint; readonly pass: number } => {
    const [, name = '', pass = '1'] = /^([^:]*)(?::([1-9]\d{0,8}))?$/.exec(text) ?? [];
    const names = crashPoints.map((each) => each.name);
    const known = names.find((each) => each === name);
    if (known !== undefined) return { name: known, pass: Number(pass) };
    const message = `expected a crash point, or one with a pass as \`batch.committed:3\`; did you mean ${closest(text, names)}?`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
