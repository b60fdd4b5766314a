import type { InstanceId } from '#libs/engine';
import type { PartitionServices } from './partition-services.js';

/** An instance that cannot be brought to life, or read; found by every sweep, it is told once in a while only. */
export function setAside({ quarantine, incidents }: PartitionServices, id: InstanceId, error: unknown): void {
  if (!quarantine.has(id)) incidents.broken(id, error);
  quarantine.add(id);
}
