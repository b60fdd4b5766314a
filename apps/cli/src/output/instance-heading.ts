import type { Instance } from '#libs/contracts';
import { statusText, type Colours } from './status.js';
import { plain } from './text.js';
import { ago, elapsed } from './times.js';
import { retryLines, type Wait, waitLines } from './waits.js';

type Heading = Pick<
  Instance,
  'id' | 'definition' | 'version' | 'key' | 'status' | 'summary' | 'error' | 'startedAt' | 'createdAt' | 'endedAt'
>;

/** What an instance is, how it stands, why, and what to do about it. */
export function instanceHeading(instance: Heading, waits: readonly Wait[], nowMs: number, colours: Colours): string[] {
  const { id, definition, version, key, status, summary, error, startedAt, createdAt, endedAt } = instance;
  const took = startedAt === null ? '' : `, ${endedAt === null ? 'for' : 'took'} ${elapsed(startedAt, endedAt, nowMs)}`;
  return [
    `${colours.bold(`${definition}@${version}`)}  ${id}${key === null ? '' : `  key ${plain(key)}`}`,
    `${statusText(status, colours)}, started ${ago(startedAt ?? createdAt, nowMs)}${took}`,
    ...(summary ? [plain(summary)] : []),
    ...(error ? [colours.red(`${error.path ? `${plain(error.path)}: ` : ''}${error.code}: ${plain(error.message)}`)] : []),
    ...retryLines(instance),
    ...(waits.length > 0 ? ['Open steps', ...waitLines(id, waits, nowMs)] : []),
  ];
}
