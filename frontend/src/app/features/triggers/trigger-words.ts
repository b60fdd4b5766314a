import type { Trigger, TriggerSpec } from '@contracts/rest/triggers';
import { capital } from '../../ui/format';
import type { IconName } from '../../ui/icon';

export type TriggerKind = Trigger['kind'];

export const kinds: readonly TriggerKind[] = ['schedule', 'hook', 'message'];

export const kindWords: Readonly<
  Record<TriggerKind, { readonly one: string; readonly many: string; readonly icon: IconName; readonly help: string }>
> = {
  schedule: {
    one: $localize`Schedule`,
    many: $localize`Schedules`,
    icon: 'triggers',
    help: $localize`Starts an instance at points in time.`,
  },
  hook: {
    one: $localize`HTTP hook`,
    many: $localize`HTTP hooks`,
    icon: 'hook',
    help: $localize`Starts an instance, or delivers an event, for each request to an address.`,
  },
  message: {
    one: $localize`Message trigger`,
    many: $localize`Messages`,
    icon: 'message',
    help: $localize`Starts an instance, or delivers an event, for each message of a RabbitMQ exchange or queue.`,
  },
};

type Overlap = Extract<TriggerSpec, { kind: 'schedule' }>['overlap'];

export const overlapWords: Readonly<Record<Overlap, { readonly word: string; readonly help: string }>> = {
  allow: { word: $localize`Start beside it`, help: $localize`Each slot starts its instance, however many are open.` },
  skip: { word: $localize`Skip`, help: $localize`While an earlier instance is open, the slot passes by.` },
  queueOne: {
    word: $localize`Keep one for later`,
    help: $localize`One slot waits and starts when the earlier instance has ended; further ones pass by.`,
  },
  cancelOld: { word: $localize`Cancel the old one`, help: $localize`The earlier instance is cancelled, the new one starts.` },
};

/** A member of the spec as text; '' when there is none. */
export function specText({ spec }: Pick<Trigger, 'spec'>, name: string): string {
  const value = spec[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Path a hook listens at. */
export const hookPath = (name: string): string => `/api/v1/hooks/${name}`;

export const zoneOf = (trigger: Pick<Trigger, 'spec'>): string => specText(trigger, 'timezone') || 'UTC';

/** A schedule in words, without the zone it ends with: that is said beside it. */
export const withoutZone = (text: string, zone: string): string => capital(text.replace(` (${zone})`, ''));

/** What it waits for, in one line. */
export function whenText(trigger: Pick<Trigger, 'kind' | 'name' | 'text' | 'spec'>): string {
  switch (trigger.kind) {
    case 'schedule':
      return withoutZone(trigger.text ?? specText(trigger, 'cron'), zoneOf(trigger));
    case 'hook':
      return `POST ${hookPath(trigger.name)}`;
    case 'message': {
      const [exchange, queue] = [specText(trigger, 'exchange'), specText(trigger, 'queue')];
      return exchange ? $localize`Exchange ${exchange}:exchange:` : $localize`Queue ${queue}:queue:`;
    }
  }
}

/** The second line: what a machine would read. */
export function detailText(trigger: Pick<Trigger, 'kind' | 'spec' | 'hasSecret'>): string {
  switch (trigger.kind) {
    case 'schedule':
      return `${specText(trigger, 'cron')} · ${zoneOf(trigger)}`;
    case 'hook':
      return trigger.hasSecret ? $localize`Signed requests only` : $localize`Open: no secret is checked`;
    case 'message':
      return trigger.spec['exchange'] === undefined
        ? $localize`Every message of the queue`
        : $localize`Routing key ${specText(trigger, 'routingKey') || '#'}:key:`;
  }
}

/** What it does when it fires. */
export function effectText({ definition, spec }: Pick<Trigger, 'definition' | 'spec'>): string {
  const event = specText({ spec }, 'event');
  if (event) return $localize`delivers event ${event}:event:`;
  return definition ? $localize`starts ${definition}:definition:` : '';
}

/** What keeps it from firing although it is active: messages that cannot be consumed. */
export const troubleOf = ({ status, note }: Pick<Trigger, 'status' | 'note'>): string | undefined =>
  status === 'active' && note ? capital(note) : undefined;

/** Why it stands still, in a sentence; nothing while it does not. */
export function standsStill({ status, note, by }: Pick<Trigger, 'status' | 'note' | 'by'>): string | undefined {
  if (status === 'active') return undefined;
  if (status === 'disabled') return note ? capital(note) : $localize`Disabled`; // the note says so itself
  const who = by ? $localize`Paused by ${by}:person:` : $localize`Paused`;
  return note ? `${who}: ${note}` : who;
}
