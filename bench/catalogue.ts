import type { WorkloadLoad } from './options.js';
import type { Target } from './targets.js';
import {
  failTwice,
  fanOut,
  fanOutItems,
  manyChains,
  oneAtATime,
  withPayload,
  type Workload,
  type WorkloadName,
} from './workloads.js';
import { chainsByCommand } from './chains-by-command.js';

/** One workload that is repeated. */
export interface Entry {
  readonly name: WorkloadName;
  readonly run: Workload;
}

/** What is measured on this target, in order. @param isWanted by group: `W2` */
export function catalogue(target: Target, load: WorkloadLoad, isWanted: (group: string) => boolean): Entry[] {
  const { chains, idle, width } = load;
  const { amqpUrl } = target;
  const all: Entry[] = [
    { name: 'W1', run: manyChains(chains) },
    ...(amqpUrl === undefined || !load.hasCommands ? [] : [{ name: 'W1-amqp', run: chainsByCommand(amqpUrl, chains) } as const]),
    { name: 'W2-1', run: oneAtATime(1, idle) },
    { name: 'W2-5', run: oneAtATime(5, idle) },
    { name: 'W3', run: fanOut(width) },
    { name: 'W3-10k', run: fanOutItems(10_000) },
    { name: 'W5', run: failTwice(idle) },
    { name: 'W7-200B', run: withPayload('W7-200B', 200, load.payloads) },
    { name: 'W7-10KB', run: withPayload('W7-10KB', 10_000, Math.ceil(load.payloads / 4)) },
    { name: 'W7-100KB', run: withPayload('W7-100KB', 100_000, Math.ceil(load.payloads / 20)) },
  ];
  return all.filter(({ name }) => isWanted(groupOf(name)));
}

/** `W2-5` belongs to `W2`. */
export const groupOf = (name: WorkloadName): string => name.slice(0, 2);
