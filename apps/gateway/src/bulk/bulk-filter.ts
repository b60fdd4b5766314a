import type { BulkFilter } from '#libs/contracts';
import type { InstanceFilter } from '#libs/persistence';

/** As asked for → as the database is asked. */
export function toInstanceFilter({ status, from, to, ...same }: BulkFilter): InstanceFilter {
  return {
    ...same,
    ...(status && { statuses: status }),
    ...(from !== undefined && { from: Date.parse(from) }),
    ...(to !== undefined && { to: Date.parse(to) }),
  };
}
