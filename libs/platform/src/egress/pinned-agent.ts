import type { LookupFunction } from 'node:net';
import { Agent } from 'undici';
import type { Address } from './egress.js';

/** Connects to these addresses only, whatever the name resolves to by now; the name stays for TLS and the Host header. Never uses a proxy. */
export function pinnedAgent(addresses: readonly Address[], connections = 1): Agent {
  const lookup: LookupFunction = (_host, options, callback) => {
    if (options.all === true) callback(null, [...addresses]);
    else callback(null, addresses[0]!.address, addresses[0]!.family);
  };
  return new Agent({ connect: { lookup }, connections, pipelining: connections === 1 ? 0 : 1, maxHeaderSize: 64 * 1024 });
}
