import ipaddr from 'ipaddr.js';

/**
 * Whether an address is one of the public internet. Refused: loopback, private, link-local (cloud metadata), carrier-grade NAT, multicast, broadcast, unspecified, documentation and
 * other reserved ranges, in IPv4 and IPv6, also when hidden in IPv4-mapped, 6to4, Teredo or NAT64 addresses.
 * @param address as a resolver gives it; anything that is no address is not public
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address); // IPv4-mapped becomes IPv4
  // Everything else in IPv6 but 2000::/3 is not routed; transition ranges are told apart by the library and refused whole.
  if (parsed.kind() === 'ipv6' && !parsed.match(ipaddr.parse('2000::'), 3)) return false;
  return parsed.range() === 'unicast';
}
