import type { Ask, Instance, WaitingFor } from '#libs/contracts';
import { cut, plain } from './text.js';
import { duration } from './times.js';

/** An open step and why it is open, as REST and the live view tell it. */
export interface Wait extends Pick<WaitingFor, 'path' | 'reason' | 'text' | 'until' | 'key'> {
  readonly names?: readonly string[];
  /** What a person is asked, where that is known. */
  readonly ask?: { readonly kind: Ask['kind']; readonly prompt?: string | null; readonly choices?: readonly string[] | null };
}

/** Waits told one by one; beyond these only their number. */
const mostWaits = 5;

/** What waits and for how long, what is asked, and the command that moves it on. */
export function waitLines(instanceId: string, waits: readonly Wait[], nowMs: number): string[] {
  const more = waits.length - mostWaits;
  const told = waits.slice(0, mostWaits).flatMap((wait) => {
    const next = nextCommand(instanceId, wait);
    return [
      `  ${wait.path === '' ? '' : `${plain(wait.path)}: `}${plain(wait.text)}${timeLeft(wait.until, nowMs)}`,
      ...(wait.ask?.prompt ? [`    ${cut(plain(wait.ask.prompt), 120)}`] : []),
      ...(next === undefined ? [] : [`    → ${next}`]),
    ];
  });
  return more > 0 ? [...told, `  and ${more} more`] : told;
}

/** What can be done about one that ended badly: what was completed is kept. */
export const retryLines = ({ id, status }: Pick<Instance, 'id' | 'status'>): string[] =>
  status === 'failed' || status === 'timed_out' ? [`  → orquestra instance retry ${id}`] : [];

/** ` (2 d 4 h left)`; '' without a time. */
export function timeLeft(until: string | null | undefined, nowMs: number): string {
  if (!until) return '';
  const ms = Date.parse(until) - nowMs;
  return ms > 0 ? ` (${duration(ms)} left)` : ' (due now)';
}

/** What a person can type to go on; undefined: there is nothing but to wait. */
function nextCommand(id: string, { path, reason, names, key, ask }: Wait): string | undefined {
  const [name] = names ?? [];
  switch (reason) {
    case 'ask':
      return name === undefined ? undefined : `orquestra ask answer ${id} ${word(name)} ${answerTo(ask)}`;
    case 'event':
      if (name === undefined) return undefined;
      return `orquestra event send ${word(name)} ${key === undefined ? `--instance ${id}` : `--key ${word(key)}`}`;
    case 'paused':
      return path === '' ? `orquestra instance resume ${id}` : 'orquestra queue list'; // a step: its queue or task is
    case 'limit':
      return path === '' ? undefined : 'orquestra queue list';
    case 'no_worker':
      return 'orquestra worker list';
    default:
      return undefined;
  }
}

function answerTo(ask: Wait['ask']): string {
  switch (ask?.kind) {
    case 'approval':
      return 'approved|rejected';
    case 'choice':
      return (ask.choices ?? []).map(word).join('|');
    case 'form':
      return "--form '{…}'";
    default:
      return "'…'";
  }
}

/** As a shell takes it for one word. */
const word = (text: string): string => (/^[\w./:@-]+$/.test(text) ? text : `'${plain(text).replaceAll("'", `'\\''`)}'`);
