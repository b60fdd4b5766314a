import { Foundation1763683200000 } from './1763683200000-foundation.js';

/** In order. */
export const migrations = [Foundation1763683200000];
