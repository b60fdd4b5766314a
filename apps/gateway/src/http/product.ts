import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of the product's package.json, from source and from build output alike. */
export const productRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

export const productVersion = (JSON.parse(readFileSync(join(productRoot, 'package.json'), 'utf8')) as { version: string })
  .version;

function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const above = dirname(from);
  if (above === from) throw new Error('expected a package.json above the gateway, but found none');
  return findRoot(above);
}
