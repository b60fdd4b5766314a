import { extname } from 'node:path';
import { readText } from './input.js';
import type { Shell } from './shell.js';

export interface DefinitionFile {
  readonly text: string;
  readonly format: 'yaml' | 'json';
}

/** `.json` is JSON; everything else, and stdin (`-`), YAML, which takes JSON too. @throws UsageError when it cannot be read */
export async function readDefinitionFile(path: string, shell: Shell): Promise<DefinitionFile> {
  const text = path === '-' ? await shell.readStdin() : await readText(path);
  return { text, format: extname(path).toLowerCase() === '.json' ? 'json' : 'yaml' };
}
