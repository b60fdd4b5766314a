export { accessibilityFindings, TestBrowser, type Look } from './browser.js';
export { freePort } from './free-port.js';
export { type ProcessEnd, ProcessGroup, type ProcessSpec, TestProcess, until } from './processes.js';
export { Cluster, type ClusterOptions, type Role, type StandaloneOptions, startStandalone } from './product.js';
export { TcpProxy } from './tcp-proxy.js';
export { CountingServer } from './counting-server.js';
export { PgCluster, type StopMode } from './pg-cluster.js';
export { RabbitNode } from './rabbit-node.js';
export { ServerProcess } from './server-process.js';
