import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ApiProblem, type OrquestraClient } from '#libs/client';

export interface ExamplesOutcome {
  /** File names of examples that are registered now, new or already there. */
  readonly registered: readonly string[];
  /** Those that were refused, with the reason: somebody registered another content or a newer version under the name. */
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
}

/** Registers the example definitions, side by side; done at every start, changes nothing when they are there. */
export async function registerExamples(
  client: Pick<OrquestraClient, 'registerDefinition'>,
  files: readonly string[],
): Promise<ExamplesOutcome> {
  const outcomes = await Promise.all(files.map((path) => register(client, path)));
  return {
    registered: outcomes.flatMap(({ file, reason }) => (reason === undefined ? [file] : [])),
    refused: outcomes.flatMap(({ file, reason }) => (reason === undefined ? [] : [{ file, reason }])),
  };
}

async function register(
  client: Pick<OrquestraClient, 'registerDefinition'>,
  path: string,
): Promise<{ readonly file: string; readonly reason?: string }> {
  const file = basename(path);
  try {
    await client.registerDefinition({ text: await readFile(path, 'utf8'), format: 'yaml' });
    return { file };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    return { file, reason: error.message };
  }
}
