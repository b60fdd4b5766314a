import { OrquestraClient } from '#libs/client';
import type { Instance } from '#libs/contracts';
import { hashOfLeaves } from './dataflow-hash.js';
import { prepareAll, prepareFile, recordingsFolder, type PreparedRecording } from './recordings.js';

export interface RunOutcome {
  readonly file: string;
  readonly tasks: number;
  readonly instance: Instance;
  /** undefined when the instance did not complete. */
  readonly hash: string | undefined;
  readonly isRight: boolean;
  readonly durationMs: number;
}

/** Registers the recording's definition, runs it once and compares what it came to. */
export async function runRecording(
  client: OrquestraClient,
  prepared: PreparedRecording,
  options: { timeoutMs?: number } = {},
): Promise<RunOutcome> {
  await client.registerDefinition({ document: prepared.definition }, { allowOlder: true });
  const begun = performance.now();
  const { id } = await client.startInstance({ definition: prepared.definition.name, version: prepared.definition.version });
  const instance = await client.waitForInstance(id, { timeoutMs: options.timeoutMs ?? 120_000 });
  return { ...judge(prepared, instance), durationMs: performance.now() - begun };
}

/** Compares an ended instance of the recording with what it must come to. */
export function judge(prepared: PreparedRecording, instance: Instance): Omit<RunOutcome, 'durationMs'> {
  const { leaves } = (instance.output ?? {}) as { leaves?: string[] };
  const hash = instance.status === 'completed' && leaves ? hashOfLeaves(leaves) : undefined;
  const { file, recording, expectedHash } = prepared;
  return { file, tasks: recording.tasks.length, instance, hash, isRight: hash === expectedHash };
}

async function main(args: readonly string[]): Promise<number> {
  const baseUrl = process.env['ORQUESTRA_URL'] ?? 'http://localhost:3000';
  const client = new OrquestraClient({ baseUrl });
  const folder = recordingsFolder();
  if (args.length === 0 && folder === undefined) console.error('No recordings here: running a generated one.');
  const all = args.length > 0 ? args.map(prepareFile) : prepareAll(folder);
  let wrong = 0;
  for (const prepared of all) {
    const { file, tasks, instance, hash, isRight, durationMs } = await runRecording(client, prepared);
    if (!isRight) wrong += 1;
    const verdict = isRight ? 'right' : `WRONG: expected ${prepared.expectedHash}`;
    console.log(
      `${file}  ${tasks} tasks  ${instance.status}  ${Math.round(durationMs)} ms  ${hash ?? instance.error?.message}  ${verdict}`,
    );
  }
  return wrong === 0 ? 0 : 1;
}

if (import.meta.filename === process.argv[1]) {
  process.exitCode = await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  });
}
