export * from './names.js';
export * from './messages/wire.js';
export * from './messages/commands.js';
export * from './messages/lifecycle.js';
export * from './bucket.js';
export * from './rest/index.js';
export * from './openapi/index.js';
export { asyncApiDocument } from './asyncapi/asyncapi.js';
export * from './live/protocol.js';
