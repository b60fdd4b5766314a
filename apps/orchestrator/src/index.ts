export { OrchestratorModule } from './orchestrator.module.js';
export { PartitionStrategy } from './ownership/partition-strategy.js';
