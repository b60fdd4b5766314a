export { GatewayModule } from './gateway.module.js';
export { serveGateway } from './serve-gateway.js';
