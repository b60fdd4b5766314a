export { exampleInstanceId, type Operation, type OperationExample, type OperationResponse } from './operation.js';
export { exampleDefinition } from './definition-operations.js';
export * from './openapi.js';
export { exampleBulkId } from './bulk-operations.js';
