import type { Instance } from '#libs/contracts';
import { statusText, type Colours } from './status.js';
import { plain } from './text.js';
import { ago, elapsed } from './times.js';

type Heading = Pick<
  Instance,
  'id' | 'definition' | 'version' | 'key' | 'status' | 'summary' | 'error' | 'startedAt' | 'createdAt' | 'endedAt' | 'waitingFor'
>;

/** What an instance is, how it stands, and why. */
export function instanceHeading(instance: Heading, nowMs: number, colours: Colours): string[] {
  const { id, definition, version, key, status, summary, error, startedAt, createdAt, endedAt, waitingFor } = instance;
  const took = startedAt === null ? '' : `, ${endedAt === null ? 'for' : 'took'} ${elapsed(startedAt, endedAt, nowMs)}`;
  const shownReasons = waitingFor.slice(0, 5).map(({ path, text }) => `  ${plain(path)}: ${plain(text)}`);
  return [
    `${colours.bold(`${definition}@${version}`)}  ${id}${key === null ? '' : `  key ${plain(key)}`}`,
    `${statusText(status, colours)}, started ${ago(startedAt ?? createdAt, nowMs)}${took}`,
    ...(summary ? [plain(summary)] : []),
    ...(error ? [colours.red(`${error.path ? `${plain(error.path)}: ` : ''}${error.code}: ${plain(error.message)}`)] : []),
    ...(shownReasons.length > 0 ? ['Waiting for', ...shownReasons] : []),
    ...(waitingFor.length > 5 ? [`  and ${waitingFor.length - 5} more`] : []),
  ];
}
