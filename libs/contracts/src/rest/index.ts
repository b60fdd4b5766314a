export * from './common.js';
export * from './problems.js';
export * from './definitions.js';
export * from './steps.js';
export * from './instances.js';
export * from './capacity.js';
export * from './stats.js';
export * from './health.js';
