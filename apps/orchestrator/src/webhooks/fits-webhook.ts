import { lifecycleKind, type LifecycleType, type Severity } from '#libs/engine';
import type { FeedRow, WebhookFacts } from '#libs/persistence';

const rank: Readonly<Record<Severity, number>> = { info: 0, warning: 1, error: 2 };

/** Whether a webhook wants to know of it. @returns the name of the lifecycle event */
export function fitsWebhook(
  { definitions, events, severity }: Pick<WebhookFacts, 'definitions' | 'events' | 'severity'>,
  { type, definition }: Pick<FeedRow, 'type' | 'definition'>,
): string | undefined {
  const kind = lifecycleKind(type as LifecycleType);
  if (definitions !== null && !definitions.includes(definition)) return undefined;
  if (events !== null && !events.includes(kind.name)) return undefined;
  return severity === null || rank[kind.severity] >= rank[severity] ? kind.name : undefined;
}
