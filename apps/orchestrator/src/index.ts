export { OrchestratorModule } from './orchestrator.module.js';
export { killableOrchestrator } from './ownership/killable-orchestrator.js';
export { PartitionStrategy } from './ownership/partition-strategy.js';
