import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeState, writeState } from './state-file.js';

const folder = mkdtempSync(join(tmpdir(), 'orquestra-state-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('the state of the running server is written for its owner only, and removed at the end', async () => {
  const dataDir = join(folder, 'new');
  const state = { url: 'http://localhost:3000', port: 3000, pid: 7, databaseUrl: 'postgres://x/y' };
  await writeState(dataDir, state);
  const file = join(dataDir, 'standalone.json');
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(state);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  await removeState(dataDir);
  await removeState(dataDir);
  expect(readdirSync(dataDir)).toEqual([]);
});
