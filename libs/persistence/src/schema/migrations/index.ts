import { Foundation1763683200000 } from './1763683200000-foundation.js';
import { Conversations1763726400000 } from './1763726400000-conversations.js';
import { Bulk1763812800000 } from './1763812800000-bulk.js';
import { Restarts1763816400000 } from './1763816400000-restarts.js';
import { StepLogs1763899200000 } from './1763899200000-step-logs.js';
import { Keys1763942400000 } from './1763942400000-keys.js';

/** In order. */
export const migrations = [
  Foundation1763683200000,
  Conversations1763726400000,
  Bulk1763812800000,
  Restarts1763816400000,
  StepLogs1763899200000,
  Keys1763942400000,
];
