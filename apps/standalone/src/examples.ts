import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { ApiProblem, type OrquestraClient } from '#libs/client';

export interface ExamplesOutcome {
  /** File names of examples that are registered now, new or already there. */
  readonly registered: readonly string[];
  /** Those that were refused, with the reason: somebody registered another content or a newer version under the name. */
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
}

/** Registers the example definitions; done at every start, changes nothing when they are there. */
export async function registerExamples(
  client: Pick<OrquestraClient, 'registerDefinition'>,
  files: readonly string[],
): Promise<ExamplesOutcome> {
  const registered: string[] = [];
  const refused: { file: string; reason: string }[] = [];
  for (const path of files) {
    const file = basename(path);
    try {
      await client.registerDefinition({ text: await readFile(path, 'utf8'), format: 'yaml' });
      registered.push(file);
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error;
      refused.push({ file, reason: error.message });
    }
  }
  return { registered, refused };
}
