export { OrquestraClient } from './client.js';
export type { PostOptions } from './api-calls.js';
export type { DefinitionSource, InstanceQuery, RegisterOptions } from './client.js';
export { ApiProblem, ServerUnreachable, UnexpectedAnswer, WaitTimedOut } from './errors.js';
export type { HttpOptions } from './http-connection.js';
export { LiveConnection } from './live-connection.js';
