import type { AuditEvent, InstanceId, Json, StepView } from '#libs/engine';
import type { EventStore } from '#libs/persistence';

const members = ['input', 'output', 'details'] as const;
const held = ['input', 'output', 'progress'] as const;

/** Stands for a payload in the outline of an instance: the audit event that has it. */
class PayloadPlace {
  constructor(
    readonly seq: number,
    readonly member: (typeof members)[number],
  ) {}
}

/** The same event with places instead of what went into its step or came out of it. */
export function withoutPayloads(event: AuditEvent): AuditEvent {
  const data = event.data as Readonly<Record<string, unknown>>;
  const present = members.filter((member) => data[member] !== undefined);
  if (present.length === 0) return event;
  const places = present.map((member) => [member, new PayloadPlace(event.seq, member)]);
  return { ...event, data: { ...data, ...Object.fromEntries(places) } } as AuditEvent;
}

/** Steps of an outline with their payloads in their places again. */
export async function withPayloads(
  events: Pick<EventStore, 'eventsAt'>,
  id: InstanceId,
  steps: readonly (StepView | undefined)[],
): Promise<(StepView | undefined)[]> {
  const seqs = new Set<number>();
  for (const step of steps)
    for (const name of held) {
      const value: unknown = step?.[name];
      if (value instanceof PayloadPlace) seqs.add(value.seq);
    }
  if (seqs.size === 0) return [...steps];
  const found = new Map((await events.eventsAt(id, [...seqs])).map((event) => [event.seq, event]));
  return steps.map((step) => step && filled(step, found));
}

function filled(step: StepView, events: ReadonlyMap<number, AuditEvent>): StepView {
  const payloads = held.flatMap((name) => {
    const place: unknown = step[name];
    if (!(place instanceof PayloadPlace)) return [];
    const data = events.get(place.seq)?.data as Readonly<Record<string, Json>> | undefined;
    return [[name, data?.[place.member]] as const];
  });
  return { ...step, ...Object.fromEntries(payloads) };
}
