import type { Template } from '../expressions/template.js';
import type { Json } from '../model/json.js';

/** What starts instances by itself, compiled: its expressions are ready to be evaluated. */

export type Overlap = 'skip' | 'queueOne' | 'allow' | 'cancelOld';
export type TriggerKind = 'schedule' | 'hook' | 'message';

interface CommonTrigger {
  /** What it starts. Absent with `event`, and in the document of the definition itself. */
  readonly definition?: string;
  /** Exact, a range or `latest`; absent: the active version. */
  readonly version?: string;
  readonly enabled: boolean;
  readonly input?: Template;
  /** Yields a text, or a number. */
  readonly key?: Template;
}

export interface ScheduleTrigger extends CommonTrigger {
  readonly kind: 'schedule';
  /** Five fields, or six with seconds first. */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  readonly overlap: Overlap;
  readonly catchUpMs: number;
  readonly jitterMs: number;
  /** Failures in a row after which it disables itself. */
  readonly disableAfter?: number;
}

export interface HookTrigger extends CommonTrigger {
  readonly kind: 'hook';
  /** Deliver an event of this name by `key` in place of a start. */
  readonly event?: string;
}

export interface MessageTrigger extends CommonTrigger {
  readonly kind: 'message';
  /** One of `exchange` and `queue`. */
  readonly exchange?: string;
  readonly queue?: string;
  readonly routingKey: string;
  /** Yields true or false. */
  readonly filter?: Template;
  readonly event?: string;
}

export type Trigger = ScheduleTrigger | HookTrigger | MessageTrigger;

/** What the expressions of a trigger see beside `now`: what set it off. */
export interface TriggerRoots {
  /** Epoch ms: the slot, not the moment. */
  readonly scheduledAt?: number;
  readonly request?: Json;
  readonly message?: Json;
}
