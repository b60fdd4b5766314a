import type { lifecycleNames, Webhook, WebhookRequest } from '@contracts/rest/webhooks';

export type Severity = NonNullable<Webhook['severity']>;
export type Lifecycle = (typeof lifecycleNames)[number];

/** As typed. */
export interface WebhookForm {
  readonly name: string;
  readonly url: string;
  /** Names, by comma, blank or line; '' = of all. */
  readonly definitions: string;
  /** None = all. */
  readonly events: ReadonlySet<Lifecycle>;
  readonly severity: Severity | '';
  /** One a line; '' = the server makes one. */
  readonly secrets: string;
  /** `Name: value`, one a line. */
  readonly headers: string;
  readonly isEnabled: boolean;
}

export const emptyWebhookForm: WebhookForm = {
  ...{
    name: '',
    url: '',
    definitions: '',
    events: new Set<Lifecycle>(),
    severity: '',
    secrets: '',
    headers: '',
    isEnabled: true,
  },
};

/** What instances go through, as other systems are told of it. */
export const eventWords: Readonly<Record<Lifecycle, string>> = {
  started: $localize`Started`,
  askopened: $localize`Ask opened`,
  completed: $localize`Completed`,
  failed: $localize`Failed`,
  timedout: $localize`Timed out`,
  cancelled: $localize`Cancelled`,
  overdue: $localize`Overdue`,
  paused: $localize`Paused`,
  resumed: $localize`Resumed`,
  retried: $localize`Retried`,
  again: $localize`Started again`,
  compensating: $localize`Compensating`,
  compensated: $localize`Compensated`,
  compensationfailed: $localize`Compensation failed`,
};

export const severityWords: Readonly<Record<Severity, string>> = {
  info: $localize`Info and above`,
  warning: $localize`Warning and above`,
  error: $localize`Errors only`,
};

export type Fault = { readonly field: keyof WebhookForm; readonly text: string };

const nameShape = /^[a-z][a-z0-9._-]{0,99}$/;
const headerShape = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+:\s*\S/;
const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean); // prettier-ignore

/** What has to be mended before it can be put; the server says the rest. */
export function webhookFaults({ name, url, headers }: WebhookForm): Fault[] {
  const faults: Fault[] = [];
  if (!nameShape.test(name.trim())) {
    faults.push({ field: 'name', text: $localize`A lower-case letter, then letters, digits, ".", "_" or "-".` });
  }
  if (!isHttpAddress(url.trim()))
    faults.push({ field: 'url', text: $localize`An address that begins with https:// or http://.` });
  if (linesOf(headers).some((line) => !headerShape.test(line))) {
    faults.push({ field: 'headers', text: $localize`Each line is a name, a colon and a value.` });
  }
  return faults;
}

function isHttpAddress(text: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(text).protocol);
  } catch {
    return false;
  }
}

export function toWebhookRequest(form: WebhookForm): WebhookRequest {
  const definitions = form.definitions.split(/[\s,]+/).filter(Boolean);
  const secrets = linesOf(form.secrets);
  const headers = linesOf(form.headers).map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  return {
    url: form.url.trim(),
    enabled: form.isEnabled,
    ...(definitions.length > 0 && { definitions }),
    ...(form.events.size > 0 && { events: [...form.events] }),
    ...(form.severity !== '' && { severity: form.severity }),
    ...(secrets.length > 0 && { secret: secrets.length === 1 ? secrets[0]! : secrets }),
    ...(headers.length > 0 && { headers: Object.fromEntries(headers) as Record<string, string> }),
  };
}

/** Of a webhook there is; its secrets and the values of its headers are never told. */
export const webhookForm = ({ name, url, definitions, events, severity, status }: Webhook): WebhookForm => ({
  ...emptyWebhookForm,
  ...{ name, url },
  definitions: (definitions ?? []).join(', '),
  events: new Set((events ?? []) as Lifecycle[]),
  severity: severity ?? '',
  isEnabled: status === 'active',
});

/** Which field a problem's JSON Pointer is about. */
export function webhookField(path: string): keyof WebhookForm | undefined {
  const [, first = ''] = path.split('/');
  if (first === 'secret') return 'secrets';
  return first in emptyWebhookForm ? (first as keyof WebhookForm) : undefined;
}

/** What it is told, in one line. */
export function filterText({ definitions, events, severity }: Pick<Webhook, 'definitions' | 'events' | 'severity'>): string {
  const what = events?.length ? events.map((event) => wordOf(event)).join(', ') : $localize`All events`;
  const of = definitions?.length ? $localize` of ${definitions.join(', ')}:definitions:` : '';
  const least = severity && severity !== 'info' ? ` · ${severityWords[severity]}` : '';
  return `${what}${of}${least}`;
}

const wordOf = (event: string): string => (eventWords as Readonly<Record<string, string>>)[event] ?? event;
