/** Injection tokens of this app. */
export const PARTITION_SERVICES = Symbol('PARTITION_SERVICES');
export const ORCHESTRATOR_OPTIONS = Symbol('ORCHESTRATOR_OPTIONS');

export interface OrchestratorOptions {
  readonly nodeId: string;
  /** The only orchestrator on this database: leases of a former life are taken at once. */
  readonly takeStaleLeases: boolean;
  /** Of the software. */
  readonly version: string;
  /** How long a lease lasts without renewal, ms. */
  readonly leaseMs: number;
}
