import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { TaskFailure } from '#libs/worker-sdk';
import { isPublicAddress } from './address-policy.js';

export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

export type Resolve = (hostname: string) => Promise<readonly Address[]>;

export interface EgressPolicy {
  /** Private and loopback addresses and all ports may be reached. */
  readonly allowPrivate: boolean;
  /** Handed in by tests; default: the system's resolver. */
  readonly resolve?: Resolve;
}

/** Ports reached without `allowPrivate`. */
export const allowedPorts: readonly number[] = [80, 443, 8080, 8443];

const systemResolve: Resolve = async (hostname) => (await lookup(hostname, { all: true })) as Address[];

/**
 * Resolves the host of a URL once and checks every address; the connection must then use these and no others, or the name could change its mind in between.
 * @throws TaskFailure `HTTP_FORBIDDEN_URL`, `HTTP_FORBIDDEN_ADDRESS` (no retry mends them), `HTTP_UNREACHABLE` (retryable)
 */
export async function checkedAddresses(url: URL, policy: EgressPolicy): Promise<readonly Address[]> {
  checkUrl(url, policy);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const family = isIP(host);
  const addresses =
    family === 0 ? await resolved(host, policy.resolve ?? systemResolve) : [{ address: host, family: family as 4 | 6 }];
  if (policy.allowPrivate) return addresses;
  const refused = addresses.find(({ address }) => !isPublicAddress(address));
  if (refused === undefined) return addresses;
  throw new TaskFailure(
    'HTTP_FORBIDDEN_ADDRESS',
    `expected a public address, but ${host} is ${refused.address}; ORQUESTRA_HTTP_ALLOW_PRIVATE=true lets http steps of a worker reach private ones`,
  );
}

function checkUrl(url: URL, { allowPrivate }: EgressPolicy): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw forbidden(`expected an http or https URL, but was ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw forbidden('expected a URL without user and password; send an authorization header');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (!allowPrivate && !allowedPorts.includes(port)) throw forbidden(`expected port ${allowedPorts.join(', ')}, but was ${port}`);
}

const forbidden = (message: string): TaskFailure => new TaskFailure('HTTP_FORBIDDEN_URL', message);

async function resolved(host: string, resolve: Resolve): Promise<readonly Address[]> {
  let addresses: readonly Address[];
  try {
    addresses = await resolve(host);
  } catch (error) {
    throw new TaskFailure(
      'HTTP_UNREACHABLE',
      `expected ${host} to have an address, but ${(error as Error).message}`,
      undefined,
      true,
    );
  }
  if (addresses.length === 0)
    throw new TaskFailure('HTTP_UNREACHABLE', `expected ${host} to have an address, but it has none`, undefined, true);
  return addresses;
}
