import type { LimitKind } from '../model/plan.js';

/** Where the requests for a lock's key meet. A key of a definition that looks like that of a limit is none. */
export const lockAddress = (key: string): string => (key.startsWith('~') ? `~${key}` : key);

/** Where those for a limit meet. @param key '' = all instances of the definition */
export const limitAddress = (kind: LimitKind, definition: string, key: string): string => `~${kind}/${definition}/${key}`;
