import type { IconName } from '../../ui/icon';

/** Somewhere the command box can go. */
export interface Suggestion {
  readonly text: string;
  readonly icon: IconName;
  readonly link: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly key?: string;
  /** What else it may be looked for by. */
  readonly words?: string;
  /** Only there where the server allows it. */
  readonly needs?: 'chaos';
}

const pages: readonly Suggestion[] = [
  { text: $localize`Overview`, icon: 'overview', link: ['/'], key: 'G O' },
  { text: $localize`Instances`, icon: 'instances', link: ['/instances'], key: 'G R' },
  { text: $localize`Definitions`, icon: 'definitions', link: ['/definitions'], key: 'G D' },
  {
    text: $localize`Triggers`,
    icon: 'triggers',
    link: ['/triggers'],
    key: 'G S',
    words: $localize`schedules cron hooks messages`,
  },
  { text: $localize`Asks`, icon: 'asks', link: ['/asks'], key: 'G I' },
  { text: $localize`Events`, icon: 'events', link: ['/events'], key: 'G E' },
  { text: $localize`Workers & queues`, icon: 'workers', link: ['/workers'], key: 'G W' },
  { text: $localize`Webhooks`, icon: 'webhooks', link: ['/webhooks'], key: 'G H' },
  {
    text: $localize`Dead letters`,
    icon: 'incidents',
    link: ['/dead-letters'],
    key: 'G L',
    words: $localize`incidents redrive discard refused`,
  },
  {
    text: $localize`Operator log`,
    icon: 'operatorLog',
    link: ['/admin/audit'],
    key: 'G A',
    words: $localize`audit who did what admin`,
  },
  { text: $localize`Chaos`, icon: 'chaos', link: ['/chaos'], key: 'G X', words: $localize`faults kill`, needs: 'chaos' },
];

/** Those there are on this server. */
export const pagesThereAre = (isChaosAllowed: boolean): readonly Suggestion[] =>
  pages.filter(({ needs }) => needs !== 'chaos' || isChaosAllowed);

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const idStart = /^[0-9a-f]{8}[0-9a-f-]*$/i;
const definitionName = /^[a-z][a-z0-9._-]{0,99}$/;

/** What `text` may mean: an id opens its instance; the beginning of one, a key and a definition's name search; words name pages. */
export function suggestCommands(text: string, pages: readonly Suggestion[]): Suggestion[] {
  const wanted = text.trim();
  if (wanted === '') return [...pages];
  if (uuid.test(wanted)) {
    return [{ text: $localize`Open instance ${wanted}:id:`, icon: 'instances', link: ['/instances', wanted.toLowerCase()] }];
  }
  const found = pages.filter((page) => `${page.text} ${page.words ?? ''}`.toLowerCase().includes(wanted.toLowerCase()));
  const search = (name: string, words: string): Suggestion => ({
    text: words,
    icon: 'search',
    link: ['/instances'],
    query: { [name]: wanted },
  });
  if (idStart.test(wanted)) found.push(search('id', $localize`Instances whose id begins with ${wanted}:id:`));
  found.push(search('key', $localize`Instances with the key ${wanted}:key:`));
  if (definitionName.test(wanted)) {
    found.push({ text: $localize`Open definition ${wanted}:name:`, icon: 'definitions', link: ['/definitions', wanted] });
  }
  return found;
}
