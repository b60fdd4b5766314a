export { type Chaos, CHAOS_AGENT, CHAOS_LINK, chaosFor } from './chaos.js';
export { ChaosAgent, type KillTarget } from './chaos-agent.js';
export { COUNTED_FAILURE } from './chaos-handlers.js';
export { ChaosLink, chaosQueueSpec } from './chaos-link.js';
export { type ChaosRunOrder, isServiceInScope, leavesOut, serviceFaults } from './decide.js';
export { faultsOf, profiles } from './profiles.js';
