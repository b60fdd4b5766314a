import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
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

/** Why a URL is not reached: `HTTP_FORBIDDEN_URL` and `HTTP_FORBIDDEN_ADDRESS` are mended by no retry, `HTTP_UNREACHABLE` may be. */
export class EgressRefused extends Error {
  constructor(
    readonly code: 'HTTP_FORBIDDEN_URL' | 'HTTP_FORBIDDEN_ADDRESS' | 'HTTP_UNREACHABLE',
    message: string,
  ) {
    super(message);
  }

  get isRetryable(): boolean {
    return this.code === 'HTTP_UNREACHABLE';
  }
}

/** Ports reached without `allowPrivate`. */
export const allowedPorts: readonly number[] = [80, 443, 8080, 8443];

const systemResolve: Resolve = async (hostname) => (await lookup(hostname, { all: true })) as Address[];

/**
 * Resolves the host of a URL once and checks every address; the connection must then use these and no others, or the name could change its mind in between.
 * @throws EgressRefused
 */
export async function checkedAddresses(url: URL, policy: EgressPolicy): Promise<readonly Address[]> {
  checkUrl(url, policy);
  const host = hostOf(url);
  const family = isIP(host);
  const addresses =
    family === 0 ? await resolved(host, policy.resolve ?? systemResolve) : [{ address: host, family: family as 4 | 6 }];
  if (policy.allowPrivate) return addresses;
  const refused = addresses.find(({ address }) => !isPublicAddress(address));
  if (refused === undefined) return addresses;
  throw forbiddenAddress(host, refused.address);
}

/** What can be said of a URL without resolving its name. @throws EgressRefused `HTTP_FORBIDDEN_URL`, `HTTP_FORBIDDEN_ADDRESS` */
export function checkUrl(url: URL, { allowPrivate }: Pick<EgressPolicy, 'allowPrivate'>): void {
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw forbidden(`expected an http or https URL, but was ${url.protocol}`);
  if (url.username !== '' || url.password !== '')
    throw forbidden('expected a URL without user and password; send an authorization header');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  if (!allowPrivate && !allowedPorts.includes(port)) throw forbidden(`expected port ${allowedPorts.join(', ')}, but was ${port}`);
  const host = hostOf(url);
  if (!allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) throw forbiddenAddress(host, host);
}

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

const forbiddenAddress = (host: string, address: string): EgressRefused =>
  new EgressRefused(
    'HTTP_FORBIDDEN_ADDRESS',
    `expected a public address, but ${host} is ${address}; ORQUESTRA_HTTP_ALLOW_PRIVATE=true lets http steps and webhooks reach private ones`,
  );

const forbidden = (message: string): EgressRefused => new EgressRefused('HTTP_FORBIDDEN_URL', message);

async function resolved(host: string, resolve: Resolve): Promise<readonly Address[]> {
  let addresses: readonly Address[];
  try {
    addresses = await resolve(host);
  } catch (error) {
    throw new EgressRefused('HTTP_UNREACHABLE', `expected ${host} to have an address, but ${(error as Error).message}`);
  }
  if (addresses.length === 0) throw new EgressRefused('HTTP_UNREACHABLE', `expected ${host} to have an address, but it has none`);
  return addresses;
}
