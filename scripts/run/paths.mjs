import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const inRoot = (...parts) => join(root, ...parts);

const skipped = new Set(['node_modules', 'dist', '.angular', 'coverage', 'screenshots']);

/** Every file below `path` (or the file itself), sorted, relative to the root. */
export function filesOf(path) {
  const full = inRoot(path);
  if (!existsSync(full)) return [];
  let entries;
  try {
    entries = readdirSync(full, { withFileTypes: true });
  } catch (error) {
    if (error.code === 'ENOTDIR') return [path];
    throw error;
  }
  return entries
    .filter((entry) => !skipped.has(entry.name))
    .flatMap((entry) => (entry.isDirectory() ? filesOf(join(path, entry.name)) : [join(path, entry.name)]))
    .sort();
}

/** Hash of names and contents: whatever changes one of them changes it. */
export function hashOf(files, salt = '') {
  const hash = createHash('sha256').update(salt);
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(inRoot(file)))
      .update('\0');
  return hash.digest('hex');
}

export const readIfThere = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);
