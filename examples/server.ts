import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrquestraClient } from '#libs/client';
import { ProcessGroup, startStandalone } from '#libs/testing';

export interface Server extends AsyncDisposable {
  readonly client: OrquestraClient;
  readonly url: string;
  /** Started for this command, and gone with it. */
  readonly isOwn: boolean;
}

/** Where `npm start` listens. */
const usual = `http://localhost:${process.env['PORT'] ?? '3000'}`;

/**
 * The server of `ORQUESTRA_URL`, else a running `npm start`, else one on an empty folder for as long as it is needed.
 * @param say told which, before it takes its time
 */
export async function findServer(given: string | undefined, say: (text: string) => void): Promise<Server> {
  const url = given ?? ((await isThere(usual)) ? usual : undefined);
  say(url === undefined ? 'No server is running: starting one for this run, on an empty folder.' : `Server: ${url}`);
  return url === undefined ? startOwn() : serverAt(url);
}

function serverAt(url: string): Server {
  return { client: new OrquestraClient({ baseUrl: url }), url, isOwn: false, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function isThere(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}

async function startOwn(): Promise<Server> {
  const dataDir = await mkdtemp(join(tmpdir(), 'orquestra-example-'));
  await chmod(dataDir, 0o755); // as root the database runs as another user
  const group = new ProcessGroup();
  const end = async (): Promise<void> => {
    await group.end();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    const { url } = await startStandalone(group, { dataDir });
    return { client: new OrquestraClient({ baseUrl: url }), url, isOwn: true, [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}
