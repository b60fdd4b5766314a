/** What needs a person: a message that does not parse, an input nobody can decide, an instance that cannot go on. */
export interface NewIncident {
  readonly kind: string;
  readonly reason: string;
  /** Stable, upper snake case; default: what the reason begins with (`CODE: …`). */
  readonly code?: string;
  /** What was thrown, with its stack. */
  readonly error?: string;
  /** The message itself, byte for byte. */
  readonly raw?: Buffer | string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly instanceId?: string;
  readonly path?: string;
  /** Of what it is about; default: of its instance. */
  readonly definition?: string;
  /** Names what it is about: when that happens again it is the same incident, which counts. */
  readonly messageKey?: string;
  /** When it happens again it is open again, unless it was discarded: what was redriven has failed again. */
  readonly reopens?: boolean;
}

export type IncidentStatus = 'open' | 'redriven' | 'discarded' | 'resolved';

/** Times in epoch ms. Without the message, which may be long. */
export interface IncidentRow {
  readonly id: string;
  readonly kind: string;
  readonly reason: string;
  readonly code: string | null;
  readonly headers: Readonly<Record<string, unknown>> | null;
  readonly instanceId: string | null;
  readonly definition: string | null;
  readonly path: string | null;
  /** The path with every number as `*`. */
  readonly step: string | null;
  readonly messageKey: string | null;
  readonly status: IncidentStatus;
  /** How often it has happened. */
  readonly deliveries: number;
  /** How often it was redriven and refused again; the next redrive has this number. */
  readonly redrives: number;
  readonly at: number;
  readonly lastAt: number;
  readonly closedAt: number | null;
  readonly closedBy: string | null;
  readonly closedReason: string | null;
}

export interface IncidentWithMessage extends IncidentRow {
  readonly raw: Buffer | null;
  readonly error: string | null;
  /** What came of the last redrive. */
  readonly result: string | null;
}

/** All conditions must hold. Times in epoch ms: first seen at or after `from`, before `to`. */
export interface IncidentFilter {
  readonly kinds?: readonly string[];
  /** null: has none. */
  readonly code?: string | null;
  readonly reason?: string;
  /** A path or a step. */
  readonly path?: string;
  readonly step?: string | null;
  readonly instanceId?: string;
  readonly definition?: string | null;
  readonly status?: IncidentStatus;
  readonly from?: number;
  readonly to?: number;
}

/** Open incidents of the same kind, code, step and definition. */
export interface IncidentGroupRow extends Pick<IncidentRow, 'kind' | 'code' | 'step' | 'definition' | 'reason'> {
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** Id of the newest. */
  readonly sample: string;
  readonly instanceId: string | null;
}

/** Its numbers as `*`: the same step of whatever round. */
export const stepOf = (path: string): string => path.replace(/\/\d+(?=\/|$)/g, '/*');

/** The code a reason begins with. */
export const codeOf = ({ code, reason }: Pick<NewIncident, 'code' | 'reason'>): string | undefined =>
  code ?? /^([A-Z][A-Z_]*): /.exec(reason)?.[1];
