import type { Ask } from '@contracts/rest/asks';
import type { Json } from '@engine/model/json';
import { formatDuration } from '../../ui/format';

/** A question to a person, from the list or from the log of its instance. Times epoch ms. */
export interface AskFacts {
  readonly instance: string;
  readonly definition: string;
  readonly path: string;
  readonly name: string;
  readonly kind: Ask['kind'];
  readonly prompt: string | null;
  readonly choices: readonly string[] | null;
  /** JSON Schema. */
  readonly form: Json;
  /** None: anybody. */
  readonly assignees: readonly string[];
  readonly claimedBy: string | null;
  readonly dueAt: number | undefined;
  readonly timeoutAt: number | undefined;
  readonly openedAt: number | undefined;
}

const ms = (iso: string | null): number | undefined => (iso === null ? undefined : Date.parse(iso));

export const toFacts = ({ dueAt, timeoutAt, openedAt, ...rest }: Ask): AskFacts => ({
  ...rest,
  dueAt: ms(dueAt),
  timeoutAt: ms(timeoutAt),
  openedAt: ms(openedAt),
});

export const askKey = ({ instance, path }: Pick<AskFacts, 'instance' | 'path'>): string => `${instance}/${path}`;

/** What is asked: the prompt, else the name. */
export const askTitle = ({ prompt, name }: AskFacts): string => prompt ?? name;

export interface Due {
  readonly text: string;
  readonly isOverdue: boolean;
}

/** By when, in words: `due in 2 h`, `overdue 5 min`, `expires in 1 h`. @param now epoch ms */
export function dueOf({ dueAt, timeoutAt }: Pick<AskFacts, 'dueAt' | 'timeoutAt'>, now: number): Due | undefined {
  if (dueAt !== undefined && dueAt <= now) return { text: $localize`overdue ${span(now - dueAt)}:span:`, isOverdue: true };
  if (dueAt !== undefined) return { text: $localize`due in ${span(dueAt - now)}:span:`, isOverdue: false };
  if (timeoutAt === undefined) return undefined;
  return { text: $localize`expires in ${span(Math.max(0, timeoutAt - now))}:span:`, isOverdue: false };
}

/** To the minute, once there are minutes: a countdown that does not jitter. */
const span = (lengthMs: number): string =>
  formatDuration(lengthMs < 60_000 ? Math.floor(lengthMs / 1_000) * 1_000 : Math.floor(lengthMs / 60_000) * 60_000);

/** Who is asked, in words. */
export function whoText({ assignees, claimedBy }: Pick<AskFacts, 'assignees' | 'claimedBy'>): string {
  if (claimedBy !== null) return $localize`claimed by ${claimedBy}:who:`;
  return assignees.length === 0 ? $localize`anybody` : assignees.join(', ');
}

const dueRank = ({ dueAt, timeoutAt }: AskFacts): number => dueAt ?? timeoutAt ?? Number.MAX_SAFE_INTEGER;

/** The same as a sentence. */
export const waitsFor = (ask: Pick<AskFacts, 'assignees' | 'claimedBy'>): string =>
  ask.claimedBy === null ? $localize`Waiting for ${whoText(ask)}:who:` : $localize`Claimed by ${ask.claimedBy}:who:`;

/** Those due first come first, those without a date behind, then the longest open. */
export const byDue = (a: AskFacts, b: AskFacts): number => dueRank(a) - dueRank(b) || (a.openedAt ?? 0) - (b.openedAt ?? 0);

/** Plain members of an instance's input, to decide by; at most four. */
export function keyFacts(input: unknown): { readonly name: string; readonly text: string }[] {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return [];
  return Object.entries(input)
    .filter(([, value]) => ['string', 'number', 'boolean'].includes(typeof value) && String(value).length <= 60)
    .slice(0, 4)
    .map(([name, value]) => ({ name, text: typeof value === 'number' ? value.toLocaleString('en') : String(value) }));
}
