import type { RequestHandler } from 'express';

/**
 * Console and documentation run no inline script and load nothing from elsewhere. Inline styles stay allowed: Angular puts the styles
 * of components into the document, and the API reference styles its elements.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

const headers = new Map(
  Object.entries({
    'content-security-policy': contentSecurityPolicy,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'x-dns-prefetch-control': 'off',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  }),
);

/** No Strict-Transport-Security: TLS ends in front of the gateway, and whoever ends it knows whether all of the host is TLS. */
export const securityHeaders: RequestHandler = (_request, response, next) => {
  response.setHeaders(headers); // Express' own way looks at each of them
  next();
};
