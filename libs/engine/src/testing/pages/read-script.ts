import { parse } from 'yaml';
import type { Json } from '../../model/json.js';
import type { InboxMessage } from '../../model/message.js';
import { parseDuration } from '../../parse/duration.js';

/** What the handler of a task does with one attempt. */
export interface Behaviour {
  /** Infinity: until it is stopped. */
  readonly takesMs: number;
  /** Absent: its input. */
  readonly output?: Json;
  readonly failure?: { readonly code: string; readonly retryable: boolean };
  /** No live worker serves the task: nobody begins it. */
  readonly isUnserved?: boolean;
  /** The worker dies with it. */
  readonly isLost?: boolean;
  /** It does not stop when it is told to. */
  readonly isDeaf?: boolean;
  /** For so many attempts; then the next one of the list. */
  readonly times: number;
}

export type Line =
  | { readonly kind: 'input'; readonly value: Json }
  | { readonly kind: 'task'; readonly name: string; readonly behaviours: readonly Behaviour[] }
  | { readonly kind: 'act'; readonly atMs?: number; readonly act: Act; readonly refused?: string }
  | { readonly kind: 'check'; readonly check: Check };

export type Act =
  | { readonly kind: 'message'; readonly message: InboxMessage }
  | { readonly kind: 'event'; readonly name: string; readonly payload: Json; readonly key?: string }
  | { readonly kind: 'nothing' };

export type Check =
  | { readonly kind: 'end'; readonly status: string; readonly error?: string; readonly afterMs?: number; readonly output?: Json }
  | { readonly kind: 'ran'; readonly paths: readonly string[] }
  | { readonly kind: 'step'; readonly path: string; readonly status: string; readonly output?: Json }
  | { readonly kind: 'others'; readonly name: string; readonly statuses: readonly string[] }
  | { readonly kind: 'why'; readonly path: string; readonly text: string };

/** Reads a ```run block: what is given, what happens when, and how it comes out. One line, one thing; docs/language.md says which. */
export const readScript = (text: string): Line[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(readLine);

type Reader = (groups: readonly string[]) => Line;
const check = (one: Check): Line => ({ kind: 'check', check: one });

const LINES: readonly (readonly [RegExp, Reader])[] = [
  [/^input (.+)$/, ([value]) => ({ kind: 'input', value: valueOf(value) })],
  [
    /^=> (completed|running|waiting|paused)(?: after (\w+))?(?: (?!after )(.+))?$/,
    ([status, after, output]) =>
      check({ kind: 'end', status: status!, ...afterOf(after), ...(output && { output: valueOf(output) }) }),
  ],
  [
    /^=> (\w+)(?: ([A-Z]\w*(?: at \S+)?))?(?: after (\w+))?$/,
    ([status, error, after]) => check({ kind: 'end', status: status!, ...afterOf(after), ...(error && { error }) }),
  ],
  [/^ran (.+)$/, ([list]) => check({ kind: 'ran', paths: list === 'nothing' ? [] : list!.split(', ') })],
  [/^step (\S+): (.+)$/, ([path, rest]) => check({ kind: 'step', path: path!, ...stepCheck(rest!) })],
  [/^why (\S+): (.+)$/, ([path, text]) => check({ kind: 'why', path: path!, text: text! })],
  [/^at (\S+) (.+)$/, ([at, rest]) => ({ kind: 'act', atMs: msOf(at!), ...readAct(rest!) })],
  [
    /^(\S+) ((?:takes|returns|fails|never|loses|has) ?.*)$/,
    ([name, rest]) => ({ kind: 'task', name: name!, behaviours: rest!.split(', then ').map(behaviourOf) }),
  ],
  [/^([a-z][\w.-]*): ([a-z_, ]+)$/, ([name, list]) => check({ kind: 'others', name: name!, statuses: list!.split(', ') })],
];

function readLine(line: string): Line {
  for (const [shape, read] of LINES) {
    const match = shape.exec(line);
    if (match !== null) return read(match.slice(1));
  }
  return { kind: 'act', ...readAct(line) };
}

function stepCheck(text: string): { status: string; output?: Json } {
  const [status = '', ...rest] = text.split(' ');
  return { status, ...(rest.length > 0 && { output: valueOf(rest.join(' ')) }) };
}

const BEHAVIOUR =
  /^(?:takes (\w+)( regardless)?(?: and )?)?(?:(returns) (.+?)|(fails) ([A-Z]\w*)( for good)?|(never) ends|(loses) its worker|(has) no worker)?(?: (\d+) times)?$/;

function behaviourOf(text: string): Behaviour {
  const match = BEHAVIOUR.exec(text);
  if (match === null) throw new Error(`cannot read what a task does: ${text}`);
  const [, takes, deaf, returns, output, fails, code, forGood, never, loses, has, times] = match;
  return {
    takesMs: never ? Infinity : takes ? msOf(takes) : 0,
    ...(returns && { output: valueOf(output) }),
    ...(fails && { failure: { code: code!, retryable: forGood === undefined } }),
    ...(loses && { isLost: true }),
    ...(has && { isUnserved: true }),
    ...(deaf && { isDeaf: true }),
    times: times === undefined ? Infinity : Number(times),
  };
}

function readAct(text: string): { act: Act; refused?: string } {
  const [, words = '', refused] = /^(.*?)(?: is refused: (\w+))?$/.exec(text)!;
  return { act: actOf(words), ...(refused && { refused }) };
}

const tell = (message: InboxMessage): Act => ({ kind: 'message', message });

const ACTS: readonly (readonly [RegExp, (groups: readonly string[]) => Act])[] = [
  [
    /^event (\S+)(?: for (\S+))?(?: (?!for )(.+))?$/,
    ([name, key, payload]) => ({ kind: 'event', name: name!, payload: valueOf(payload), ...(key && { key }) }),
  ],
  [
    /^answer (\S+) (.+?)(?: by (\w+))?$/,
    ([name, value, by]) => tell({ type: 'answerAsk', name: name!, ...answerOf(valueOf(value)), ...(by && { by }) }),
  ],
  [/^claim (\S+) by (\w+)$/, ([name, by]) => tell({ type: 'claimAsk', name: name!, by: by! })],
  [/^reassign (\S+) (.+)$/, ([name, to]) => tell({ type: 'reassignAsk', name: name!, assignees: valueOf(to) as string[] })],
  [/^cancel$/, () => tell({ type: 'cancel' })],
  [/^cancel and compensate$/, () => tell({ type: 'cancel', compensate: true })],
  [/^cancel (\S+)$/, ([path]) => tell({ type: 'cancelStep', path: path! })],
  [/^(pause|resume|retry)$/, ([type]) => tell({ type: type as 'pause' })],
  [
    /^retry (\S+)(?: with (.+))?$/,
    ([path, input]) => tell({ type: 'retryStep', path: path!, ...(input && { input: valueOf(input) }) }),
  ],
  [
    /^(skip|complete) (\S+)(?: (.+))?$/,
    ([type, path, output]) => tell({ type: `${type as 'skip'}Step`, path: path!, ...(output && { output: valueOf(output) }) }),
  ],
  [/^nothing$/, () => ({ kind: 'nothing' })],
];

function actOf(text: string): Act {
  for (const [shape, read] of ACTS) {
    const match = shape.exec(text);
    if (match !== null) return read(match.slice(1));
  }
  throw new Error(`cannot read what happens: ${text}`);
}

/** `approved`, or all of an answer: `{form: {cents: 5}, comment: fine}`. */
const answerOf = (value: Json): { value: Json; comment?: string; form?: Json } =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { value: null, ...value } : { value };

const valueOf = (text: string | undefined): Json =>
  text === undefined ? null : (parse(text, { version: '1.2', schema: 'core' }) as Json);

const afterOf = (text: string | undefined): { afterMs?: number } => (text === undefined ? {} : { afterMs: msOf(text) });

function msOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error(`expected a duration, but was ${text}`);
  return ms;
}
