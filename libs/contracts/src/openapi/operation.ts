import type { z } from 'zod';
import type { Json } from '#libs/engine';
import { type ProblemCode, problemKinds } from '../rest/problems.js';

export type Tag =
  | 'Definitions'
  | 'Instances'
  | 'Actions'
  | 'Events'
  | 'Asks'
  | 'Bulk'
  | 'Triggers'
  | 'Webhooks'
  | 'Feed'
  | 'Incidents'
  | 'Capacity'
  | 'Chaos'
  | 'Figures'
  | 'Probes';

/** A request that may be sent as it is; the tests of the gateway send every one of them and compare. */
export interface OperationExample {
  readonly name: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text with another `contentType` than JSON. */
  readonly body?: Json;
  readonly contentType?: 'application/json' | 'application/yaml' | 'application/x-www-form-urlencoded' | 'text/plain';
  readonly status: number;
  /** What comes back, in shape; ids and times differ. */
  readonly response?: Json;
}

export interface OperationResponse {
  readonly description: string;
  readonly schema?: z.ZodType;
  /** Default `application/json`. */
  readonly contentType?: string;
}

/** One call of the API, as documented, validated and tested. */
export interface Operation {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** With `{name}` for parameters. */
  readonly path: string;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: {
    readonly schema: z.ZodType;
    readonly required: boolean;
    readonly contentTypes: readonly string[];
    /** Its bytes are handed on as they came: a signature is over them. */
    readonly isRaw?: boolean;
  };
  readonly responses: Readonly<Record<number, OperationResponse>>;
  readonly problems: readonly ProblemCode[];
  readonly examples: readonly OperationExample[];
}

export const json = (schema: z.ZodType, required = true): Operation['body'] => ({
  schema,
  required,
  contentTypes: ['application/json'],
});

/** Problem codes of an operation by status, for its documentation. */
export function problemsByStatus(codes: readonly ProblemCode[]): ReadonlyMap<number, ProblemCode[]> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const [status] = problemKinds[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return byStatus;
}

/** Stands for the id of an instance in examples. */
export const exampleInstanceId = '0199a0b1-7c3d-7e4f-8a5b-6c7d8e9f0a1b';
