import type { Config } from '#libs/platform';
import type { OriginRules } from './origin-check.js';

/** Is this an address (or name) only this machine can reach? */
export const isLoopback = (host: string): boolean => /^(?:localhost|127(?:\.\d{1,3}){3}|::1)$/i.test(host);

export const originRules = ({ host, allowedOrigins }: Pick<Config, 'host' | 'allowedOrigins'>): OriginRules => ({
  allowedOrigins,
  isLoopback: isLoopback(host),
});
