import type { JsonObject, TriggerKind, TriggerRecord } from '#libs/engine';
import { isJsonObject, jsonOr } from '../payloads/spoilt.js';

export type TriggerStatus = 'active' | 'paused' | 'disabled';
export type TriggerSource = 'definition' | 'api';

/** A trigger as it is stored. Times are epoch ms. */
export interface TriggerRow {
  readonly tenant: string;
  readonly name: string;
  readonly kind: TriggerKind;
  readonly definition: string | null;
  readonly version: string | null;
  /** `definition`: comes and goes with the active version of its definition. */
  readonly source: TriggerSource;
  /** As it was put, without secrets. */
  readonly spec: JsonObject;
  /** null: somebody has written over them. It had some, so whoever comes without a signature is refused. */
  readonly secrets: readonly string[] | null;
  readonly status: TriggerStatus;
  /** Why it is paused or disabled. */
  readonly note: string | null;
  readonly changedBy: string | null;
  /** Another one after every change but of the run of a schedule: what is compiled of it is good as long as it stays. */
  readonly revision: number;
  /** Slots up to here are decided. */
  readonly position: number;
  readonly nextAt: number | null;
  readonly failuresInRow: number;
  readonly lastRunAt: number | null;
  readonly lastOutcome: string | null;
  readonly lastInstance: string | null;
  readonly createdAt: number;
  readonly changedAt: number;
}

/** A trigger to be stored. */
export interface NewTrigger extends TriggerRecord {
  readonly name: string;
  readonly source: TriggerSource;
}

export const TRIGGER_COLUMNS = `tenant, name, kind, definition, version, source, spec, secrets, status, note, changed_by AS "changedBy",
  revision, position, next_at AS "nextAt", failures_in_row AS "failuresInRow", last_run_at AS "lastRunAt", last_outcome AS "lastOutcome",
  last_instance AS "lastInstance", created_at AS "createdAt", changed_at AS "changedAt"`;

export interface StoredTrigger extends Omit<TriggerRow, 'spec' | 'secrets'> {
  readonly spec: string;
  readonly secrets: string | null;
}

/** None are stored as null: whatever else is there was a list of secrets. */
const isSecrets = (value: unknown): value is string[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string' && one !== '');

/** A spec that is spoilt reads as nothing, which compiles to a problem: that trigger stops, and no other. */
export const triggerOf = ({ spec, secrets, ...row }: StoredTrigger): TriggerRow => ({
  ...row,
  spec: jsonOr<JsonObject>(spec, isJsonObject, {}),
  secrets: secrets === null ? [] : jsonOr<string[] | null>(secrets, isSecrets, null),
});
