import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Version in the package.json above this file: sources and build lie at different depths. */
export function cliVersion(from: string = import.meta.dirname): string {
  const file = join(from, 'package.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
  return dirname(from) === from ? 'unknown' : cliVersion(dirname(from));
}
