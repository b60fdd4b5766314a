import { Foundation1763683200000 } from './1763683200000-foundation.js';
import { Conversations1763726400000 } from './1763726400000-conversations.js';
import { Bulk1763812800000 } from './1763812800000-bulk.js';
import { Restarts1763816400000 } from './1763816400000-restarts.js';
import { StepLogs1763899200000 } from './1763899200000-step-logs.js';
import { Keys1763942400000 } from './1763942400000-keys.js';
import { Triggers1764028800000 } from './1764028800000-triggers.js';
import { Intake1764030600000 } from './1764030600000-intake.js';
import { Outlet1764032400000 } from './1764032400000-outlet.js';
import { Lanes1764036000000 } from './1764036000000-lanes.js';
import { Starts1764039600000 } from './1764039600000-starts.js';
import { Orchestrators1764043200000 } from './1764043200000-orchestrators.js';
import { DuePages1764050400000 } from './1764050400000-due-pages.js';
import { Incidents1764100000000 } from './1764100000000-incidents.js';
import { Chaos1764200000000 } from './1764200000000-chaos.js';
import { OperatorLogResults1764300000000 } from './1764300000000-operator-log-results.js';

/** In order. */
export const migrations = [
  Foundation1763683200000,
  Conversations1763726400000,
  Bulk1763812800000,
  Restarts1763816400000,
  StepLogs1763899200000,
  Keys1763942400000,
  Triggers1764028800000,
  Intake1764030600000,
  Outlet1764032400000,
  Lanes1764036000000,
  Starts1764039600000,
  Orchestrators1764043200000,
  DuePages1764050400000,
  Incidents1764100000000,
  Chaos1764200000000,
  OperatorLogResults1764300000000,
];
