import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The build carries code only; the definitions stay where they were written. */
const folders = [import.meta.dirname, join(import.meta.dirname, '../../examples')];

/** Files of the example definitions, sorted: `npm start` registers them. */
export function exampleDefinitions(): string[] {
  for (const folder of folders) {
    const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.workflow.yaml')) : [];
    if (files.length > 0) return files.sort().map((file) => join(folder, file));
  }
  return [];
}
