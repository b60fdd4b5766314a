import type { ProcessGroup, TestProcess } from './processes.js';

/** What `orquestra verify` says. */
export interface Verified {
  /** Instances it looked at. */
  readonly checked: number;
  readonly violations: number;
  /** Each violation, as it was printed. */
  readonly found: readonly unknown[];
}

/** Which database a command works on: a server, or the folder of an embedded one. */
export type Stored = { readonly databaseUrl: string } | { readonly dataDir: string };

/** Brings the schema up to date. @throws Error with what it printed when that fails */
export async function migrate(group: ProcessGroup, databaseUrl: string): Promise<void> {
  const entry = 'dist/libs/persistence/src/cli.js';
  const ended = await toItsEnd(group, 'migrate', entry, ['migrate'], { DATABASE_URL: databaseUrl });
  if ((await ended.end())?.code !== 0) throw new Error(`expected the schema to be up to date, but:\n${ended.tail()}`);
}

/** `orquestra verify` on what is stored. @throws Error with what it printed when it comes to no result */
export async function verify(group: ProcessGroup, stored: Stored): Promise<Verified> {
  const where = 'databaseUrl' in stored ? ['--database-url', stored.databaseUrl] : ['--data-dir', stored.dataDir];
  const ended = await toItsEnd(group, 'verify', 'dist/apps/cli/src/main.js', ['verify', '--json', ...where]);
  const documents = ended.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as object);
  const result = documents.findLast((one): one is Omit<Verified, 'found'> => 'checked' in one && 'violations' in one);
  if (result === undefined) throw new Error(`expected verify to come to a result, but:\n${ended.tail()}`);
  return { ...result, found: documents.flatMap((one) => ('violation' in one ? [one.violation] : [])) };
}

async function toItsEnd(
  group: ProcessGroup,
  name: string,
  entry: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<TestProcess> {
  const command = await group.start({ name, entry, args, env });
  await command.end();
  return command;
}
