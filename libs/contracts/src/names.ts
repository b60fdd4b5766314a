/** Names on the broker (ARCHITECTURE §5), once. */
export const exchanges = {
  partitions: 'orquestra.partitions',
  steps: 'orquestra.steps',
  commands: 'orquestra.commands',
  events: 'orquestra.events',
  live: 'orquestra.live',
  control: 'orquestra.control',
  deadLetters: 'orquestra.dead-letters',
} as const;

export const partitionQueue = (topology: number, partition: number): string => `orquestra.partition.${topology}.${partition}`;
export const partitionKey = (partition: number): string => `p.${partition}`;
export const stepQueue = (queue: string, task: string): string => `orquestra.steps.${queue}.${task}`;
export const stepKey = (queue: string, task: string): string => `${queue}.${task}`;
export const workerQueue = (workerId: string): string => `orquestra.worker.${workerId}`;
/** What an exchange of others sends to a message trigger. */
export const triggerQueue = (trigger: string): string => `orquestra.trigger.${trigger}`;
export const commandsQueue = 'orquestra.commands';
/** Faults that chaos mode has injected, for whichever gateway records them. */
export const chaosQueue = 'orquestra.chaos';
export const deadLetterQueue = 'orquestra.dead-letters';
/** Header of a message that was redriven: the id of its incident. Whoever left its instance alone looks at it again. */
export const redriveHeader = 'orquestra-redrive';
/** Header of a dead letter: what is known of its incident, as JSON (`BuriedIncident`). */
export const incidentHeader = 'orquestra-incident';
/** `id`: its incident is written. Else what its incident is to be. */
export interface BuriedIncident {
  readonly id?: string;
  readonly kind?: string;
  readonly code?: string;
  readonly key?: string;
  readonly trigger?: string;
  readonly instanceId?: string;
  readonly path?: string;
  readonly definition?: string;
}
export const defaultTenant = 'main';
/** Workers address a partition through the default exchange of `orquestra.partitions`. */
export const buckets = 4096;
/** Partition of a bucket when there are `partitions` of them. */
export const partitionOf = (bucket: number, partitions: number): number => Math.floor((bucket * partitions) / buckets);

/** CloudEvents type of a lifecycle event. */
export const lifecycleTypeOf = (name: string): string => `dev.orquestrax.instance.${name}.v1`;
