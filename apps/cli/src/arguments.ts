import { InvalidArgumentError } from 'commander';
import { parseDuration } from '#libs/engine';

/** Parsers of option values for commander: what they throw is a usage error with the option's name. */

export function durationMs(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError('Expected a duration such as 500ms, 30s, 5m or PT1H.');
  return ms;
}

export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number from 1.');
  return value;
}

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text === '' || !Number.isInteger(value)) throw new InvalidArgumentError('Expected a whole number.');
  return value;
}

/** For options that may be given again and may hold several values by comma. */
export const listed = (text: string, before: readonly string[] = []): string[] => [
  ...before,
  ...text.split(',').filter((part) => part !== ''),
];

/** For options that may be given again; commas are kept. */
export const repeated = (text: string, before: readonly string[] = []): string[] => [...before, text];

/** `--tag region=eu`, again and again. */
export function tagPair(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected name=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
