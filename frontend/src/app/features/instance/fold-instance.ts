import type { LiveInstance } from '@contracts/rest/instances';
import type { AuditEventItem } from '@contracts/rest/steps';
import type { RunningStep } from '@contracts/live/protocol';
import type { AuditEvent } from '@engine/model/audit-event';
import { emptyInstanceView, foldInstanceView, type InstanceView } from '@engine/view/instance-view';

/** All that an instance's stream has told: the audit log so far, what it comes to, and what is not in it yet. */
export interface InstanceStream {
  readonly view: InstanceView;
  readonly events: readonly AuditEvent[];
  /** Steps a worker has begun; beside the log, because beginning is not recorded. */
  readonly running: readonly RunningStep[];
  readonly head: LiveInstance | undefined;
}

export interface StreamNews {
  readonly events: readonly AuditEventItem[];
  readonly running?: readonly RunningStep[] | undefined;
  readonly head?: LiveInstance | undefined;
}

export const emptyStream: InstanceStream = { view: emptyInstanceView, events: [], running: [], head: undefined };

/** The wire's shape of an event as the engine knows it: times as epoch ms, absent instead of null. */
export function toAuditEvent(item: AuditEventItem): AuditEvent {
  const { path, attempt, at, ...rest } = item;
  return { ...rest, at: Date.parse(at), ...(path !== null && { path }), ...(attempt !== null && { attempt }) } as AuditEvent;
}

/** Takes in news; events that are known already, or repeated, change nothing. */
export function foldStream(stream: InstanceStream, news: StreamNews): InstanceStream {
  const fresh = news.events.filter((event) => event.seq > stream.view.seq).map(toAuditEvent);
  return {
    view: foldInstanceView(stream.view, fresh),
    events: fresh.length === 0 ? stream.events : [...stream.events, ...fresh],
    running: news.running ?? stream.running,
    head: news.head ?? stream.head,
  };
}
