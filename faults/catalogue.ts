import type { Scenario, Unavailable } from './scenario.js';
import { gracefulStop } from './scenarios/graceful-stop.js';
import { orchestratorKilled } from './scenarios/orchestrator-killed.js';
import { workerKilled } from './scenarios/worker-killed.js';
import { zombieWorker } from './scenarios/zombie-worker.js';
import { zombieOrchestrator } from './scenarios/zombie-orchestrator.js';
import { gatewayKilled } from './scenarios/gateway-killed.js';
import { awayWorkers } from './scenarios/away-workers.js';
import { backAndForth } from './scenarios/back-and-forth.js';
import { brokerKilled } from './scenarios/broker-killed.js';
import { clockJumps } from './scenarios/clock-jumps.js';
import { deafConsoles } from './scenarios/deaf-consoles.js';
import { diskFull } from './scenarios/disk-full.js';
import { heldTransaction } from './scenarios/held-transaction.js';
import { hostileCode } from './scenarios/hostile-code.js';
import { reconnectStorm } from './scenarios/reconnect-storm.js';
import { cancelRaces } from './scenarios/cancel-races.js';
import { crashAtPoints } from './scenarios/crash-points.js';
import { poisonDefinitions } from './scenarios/poison-definitions.js';
import { sagaUnderFire } from './scenarios/saga-under-fire.js';
import { signalRaces } from './scenarios/signal-races.js';
import { siblingsAtOnce } from './scenarios/siblings.js';
import { soak } from './scenarios/soak.js';
import { startStorm } from './scenarios/start-storm.js';
import { timerHerd } from './scenarios/timer-herd.js';
import { acknowledgementTimeout, brokerAlarms } from './scenarios/broker-alarms.js';
import { brokerMinority } from './scenarios/broker-cluster.js';
import { brokerDown, brokerEmptied, queuesDeleted } from './scenarios/broker-outages.js';
import { halfOpen, oneWay } from './scenarios/cut-links.js';
import { connectionsExhausted, databaseKilled, databaseSlow } from './scenarios/database-outages.js';
import { duplicates } from './scenarios/duplicates.js';
import { longHistory } from './scenarios/long-history.js';
import { oversized } from './scenarios/oversized.js';
import { poison } from './scenarios/poison.js';
import { waitingRestart } from './scenarios/waiting-restart.js';

/** All scenarios, by number: a new one is a file in `scenarios/` and a line here. */
export const scenarios: readonly Scenario[] = [
  orchestratorKilled, // F1
  crashAtPoints, // F2
  workerKilled, // F3
  zombieWorker, // F4
  zombieOrchestrator, // F5
  gatewayKilled, // F6
  brokerKilled, // F7
  brokerDown, // F8
  brokerEmptied, // F9
  queuesDeleted, // F10
  brokerMinority, // F11
  brokerAlarms, // F12
  acknowledgementTimeout, // F13
  halfOpen, // F14
  oneWay, // F15
  duplicates, // F16
  poison, // F17
  oversized, // F18
  longHistory, // F19
  databaseKilled, // F20
  databaseSlow, // F21
  connectionsExhausted, // F22
  siblingsAtOnce, // F23
  heldTransaction, // F24
  diskFull, // F25
  clockJumps, // F26
  waitingRestart, // F27
  startStorm, // F28
  timerHerd, // F29
  reconnectStorm, // F30
  poisonDefinitions, // F32
  hostileCode, // F33
  cancelRaces, // F34
  sagaUnderFire, // F35
  signalRaces, // F36
  deafConsoles, // F37
  gracefulStop, // F38
  awayWorkers, // F40
  soak, // F41
  backAndForth, // F42
];

/** What this harness does not run, and why or what does. */
export const unavailable: readonly Unavailable[] = [
  { id: 'F31', title: 'rolling upgrade and downgrade', reason: 'runs by itself: apps/orchestrator/test/faults/upgrade.e2e.ts' },
  {
    id: 'F39',
    title: 'schedules while their owners are killed',
    reason: 'runs by itself: apps/orchestrator/test/faults/schedules.e2e.ts',
  },
];
