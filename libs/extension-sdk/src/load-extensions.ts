import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { StartupError } from '#libs/platform';
import type { Extension } from './extension.js';
import { contractOf } from './task-extension.js';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/, 'expected at most 60 letters, digits, ".", "_" or "-"');
const method = z.custom<(...args: never[]) => unknown>((value) => typeof value === 'function', 'expected a function');
const schema = z.custom<object>((value) => typeof value === 'object' && value !== null, 'expected a schema').optional();

const extensionSchema = z.strictObject({
  name,
  triggers: z.array(z.looseObject({ name, start: method, stop: method })).optional(),
  tasks: z.array(z.looseObject({ name: z.string().min(1).max(128), run: method, input: schema, output: schema })).optional(),
  transport: z.looseObject({ name, create: method }).optional(),
  close: method.optional(),
});

/**
 * Loads the files of `ORQUESTRA_EXTENSIONS`: ES modules whose default export is an `Extension`.
 * @param files from the working directory
 * @throws StartupError EXTENSION_INVALID with the file, what was expected and what was found
 */
export async function loadExtensions(files: readonly string[]): Promise<readonly Extension[]> {
  const loaded = await Promise.all(files.map(load));
  for (const [kind, names] of Object.entries(namesByKind(loaded))) {
    const twice = names.find((each, index) => names.indexOf(each) !== index);
    if (twice !== undefined)
      throw new StartupError(
        'EXTENSION_INVALID',
        `expected each ${kind} of the extensions once, but ${JSON.stringify(twice)} is there twice`,
      );
  }
  return loaded;
}

async function load(file: string): Promise<Extension> {
  const module = await importFile(file);
  const parsed = extensionSchema.safeParse(module['default']);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const at =
      issue === undefined || issue.path.length === 0 ? 'its default export' : `\`${issue.path.join('.')}\` of its default export`;
    throw invalid(file, `${at}: ${issue?.message ?? 'is no extension'}`);
  }
  const extension = module['default'] as Extension;
  for (const task of extension.tasks ?? []) compile(file, task);
  return extension;
}

async function importFile(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>;
  } catch (error) {
    throw invalid(file, `it could not be loaded: ${(error as Error).message}`, error);
  }
}

function compile(file: string, task: NonNullable<Extension['tasks']>[number]): void {
  try {
    contractOf(task);
  } catch (error) {
    throw invalid(file, `the schemas of task ${JSON.stringify(task.name)}: ${(error as Error).message}`, error);
  }
}

const invalid = (file: string, what: string, cause?: unknown): StartupError =>
  new StartupError(
    'EXTENSION_INVALID',
    `expected ${file} (ORQUESTRA_EXTENSIONS) to be an extension, but ${what}; see docs/extending.md`,
    { cause },
  );

const namesByKind = (extensions: readonly Extension[]): Record<string, string[]> => ({
  name: extensions.map((each) => each.name),
  trigger: extensions.flatMap(({ triggers = [] }) => triggers.map((each) => each.name)),
  transport: extensions.flatMap(({ transport }) => (transport === undefined ? [] : [transport.name])),
});

/** `folder (trigger folder), sql (task sql.query)` */
export const describeExtensions = (extensions: readonly Extension[]): string =>
  extensions
    .map(({ name: own, triggers = [], tasks = [], transport }) => {
      const parts = [
        ...triggers.map((each) => `trigger ${each.name}`),
        ...tasks.map((each) => `task ${each.name}`),
        ...(transport === undefined ? [] : [`transport ${transport.name}`]),
      ];
      return `${own} (${parts.join(', ')})`;
    })
    .join(', ');
