import type { IncidentDetail } from '@contracts/rest/incidents';

/** The message as it can be shown: JSON as a tree, else its text. */
export type ShownMessage = { readonly json: unknown } | { readonly text: string; readonly isBinary: boolean };

export function messageOf({ raw }: Pick<IncidentDetail, 'raw'>): ShownMessage | undefined {
  if (raw === null) return undefined;
  if (raw.text === null) return { text: raw.base64 ?? '', isBinary: true };
  try {
    return { json: JSON.parse(raw.text) as unknown };
  } catch {
    return { text: raw.text, isBinary: false };
  }
}

/** What an edit begins with: the message, indented where it is JSON. */
export function editOf(incident: Pick<IncidentDetail, 'raw'>): string {
  const message = messageOf(incident);
  if (message === undefined || ('isBinary' in message && message.isBinary)) return '';
  return 'json' in message ? JSON.stringify(message.json, null, 2) : message.text;
}

/** One entry of the broker's own record of a dead letter (`x-death`). */
export interface Death {
  readonly queue: string;
  readonly reason: string;
  /** Exchange and routing keys it came by. */
  readonly from: string;
  readonly count: number;
}

type Headers = IncidentDetail['headers'];
const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Newest first, as the broker writes them; headers are a stranger's, so whatever does not fit is left out. */
export function deathsOf(headers: Headers): Death[] {
  const deaths: unknown = headers?.['x-death'];
  if (!Array.isArray(deaths)) return [];
  return deaths.filter(isRecord).map((death) => {
    const keys: unknown = death['routing-keys'];
    const from = [death['exchange'], ...(Array.isArray(keys) ? keys : [])].filter((part) => part !== undefined && part !== '');
    const count = Number(death['count'] ?? 1);
    return {
      queue: textOf(death['queue'] ?? ''),
      reason: textOf(death['reason'] ?? ''),
      from: from.map(textOf).join(' · '),
      count: Number.isFinite(count) ? count : 1,
    };
  });
}

export const headerRows = (headers: Headers): readonly { readonly name: string; readonly text: string }[] =>
  Object.entries(headers ?? {})
    .filter(([name]) => name !== 'x-death')
    .map(([name, value]) => ({ name, text: textOf(value) }));
