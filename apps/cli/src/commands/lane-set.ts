import { InvalidArgumentError } from 'commander';
import type { Queue, QueueSettings, Rate, Task, TaskSettings } from '#libs/contracts';
import type { Context } from '../context.js';
import { plain } from '../output/text.js';
import type { Colours } from '../output/status.js';
import { type ActOptions, whoOf } from './acted.js';

/** `none` removes what is set. */
export type OrNone<T> = T | 'none';

export const orNone =
  <T>(read: (text: string) => T) =>
  (text: string): OrNone<T> =>
    text === 'none' ? text : read(text);

/** For the body: null removes it. (Commander takes a null of a parser for no value.) */
export const removing = <T>(value: OrNone<T> | undefined): T | null | undefined => (value === 'none' ? null : value);

export function priority(text: string): number {
  if (!/^\d$/.test(text)) throw new InvalidArgumentError('Expected a priority from 0 to 9, or none.');
  return Number(text);
}

const pers: ReadonlyMap<string, Rate['per']> = new Map([
  ['s', 'second'],
  ['second', 'second'],
  ['m', 'minute'],
  ['minute', 'minute'],
  ['h', 'hour'],
  ['hour', 'hour'],
]);

/** `20/minute`. */
export function rate(text: string): Rate {
  const [limitText = '', perText = ''] = text.split('/');
  const limit = Number(limitText);
  const per = pers.get(perText);
  if (Number.isInteger(limit) && limit >= 1 && per !== undefined) return { limit, per };
  throw new InvalidArgumentError('Expected a rate such as 5/second, 20/minute or 100/hour, or none.');
}

/** Who acts and why, for the body. */
export function actOf(context: Context, options: ActOptions): ActOptions {
  const by = whoOf(context, options);
  return { ...(by !== undefined && { by }), ...(options.reason !== undefined && { reason: options.reason }) };
}

type Settings = Partial<QueueSettings & TaskSettings>;

/** What is set, in a few words: `5 at once, 20 a minute, paused: month end`. */
export function settingsText(settings: Settings | null): string {
  const { concurrency, rate: perWindow, priority: first, paused, note, breaker, breakerState } = settings ?? {};
  const words = [
    typeof concurrency === 'number' ? `${concurrency} at once` : undefined,
    perWindow ? `${perWindow.limit} a ${perWindow.per}` : undefined,
    typeof first === 'number' ? `priority ${first}` : undefined,
    breaker === 'auto' ? `breaker auto (${breakerState})` : breaker === 'open' ? 'breaker open by hand' : undefined,
    paused ? `paused${note ? `: ${plain(note)}` : ''}` : undefined,
  ].filter((word) => word !== undefined);
  return words.length === 0 ? '–' : words.join(', ');
}

/** `5 of 5` in colour when it is all; nothing without a limit. */
export function usedText({ inUse, limit }: Pick<Queue | Task, 'inUse' | 'limit'>, colours: Colours): string {
  if (typeof limit !== 'number') return '–'; // nor from an older server
  const text = `${inUse} of ${limit}`;
  return inUse >= limit ? colours.yellow(text) : text;
}

export function tellSet({ printer }: Context, what: string, settings: QueueSettings | TaskSettings): void {
  if (printer.isJson) printer.json(settings);
  else printer.line(`✓ ${plain(what)}: ${settingsText(settings)}`);
}
