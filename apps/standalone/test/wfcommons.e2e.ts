import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrquestraClient } from '#libs/client';
import { ProcessGroup, startStandalone, verify } from '#libs/testing';
import { prepareAll, recordingsFolder } from '../../../examples/wfcommons/recordings.js';
import { runRecording } from '../../../examples/wfcommons/run.js';

const folder = recordingsFolder();

describe(folder ? `recordings in ${folder}` : 'a generated recording (no folder with real ones here)', () => {
  const group = new ProcessGroup();
  let dataDir: string;
  let client: OrquestraClient;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'orquestra-wfcommons-'));
    await chmod(dataDir, 0o755);
    const { url } = await startStandalone(group, { dataDir });
    client = new OrquestraClient({ baseUrl: url });
  }, 90_000);
  afterAll(async () => {
    await group.end();
    await rm(dataDir, { recursive: true, force: true });
  }, 60_000);

  it.each(prepareAll(folder).map((one) => [one.file, one] as const))(
    '%s completes with the expected hash',
    async (_, prepared) => {
      expect(await runRecording(client, prepared)).toMatchObject({ isRight: true, hash: prepared.expectedHash });
    },
    120_000,
  );

  it('orquestra verify replays every instance to what is stored', async () => {
    expect(await verify(group, { dataDir })).toMatchObject({ checked: prepareAll(folder).length, violations: 0 });
  }, 60_000);
});
