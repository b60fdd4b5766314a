import type { AuditEventData, EmittedEvent, ReceivedEvent } from '../model/audit-event.js';
import type { Json, JsonObject } from '../model/json.js';

/** What a step waits for. */
export type WaitState =
  | { readonly kind: 'timer'; readonly isAbsolute?: boolean }
  | {
      readonly kind: 'event';
      readonly names: readonly string[];
      readonly match: 'any' | 'all';
      readonly key?: string;
      /** `match: all`: what has come so far. */
      readonly taken: readonly ReceivedEvent[];
    }
  | {
      readonly kind: 'ask';
      readonly name: string;
      readonly ask: AuditEventData['askOpened'];
      readonly assignees: readonly string[];
      readonly claimedBy?: string;
    }
  | { readonly kind: 'emit'; readonly event?: EmittedEvent; readonly message?: JsonObject }
  | {
      readonly kind: 'child';
      readonly childId: string;
      readonly workflow: string;
      readonly version?: string;
      readonly input: Json;
      readonly key?: string;
      readonly queue?: string;
      readonly priority?: number;
      readonly onParentClose: 'cancel' | 'abandon';
      /** The child (or the instance it attached to) is known to run. */
      readonly startedId?: string;
      readonly attached?: boolean;
    }
  | { readonly kind: 'lock'; readonly key: string; readonly limit: number; readonly fence?: number };
