export { defineExtension, type Extension, type TransportExtension } from './extension.js';
export { ExtensionsModule } from './extensions.module.js';
export { loadExtensions } from './load-extensions.js';
export { type AnySchema, contractOf, type TaskExtension } from './task-extension.js';
export { transportFor } from './transport-for.js';
export { type TriggerContext, TriggerRefused, type TriggerSource } from './trigger-source.js';
