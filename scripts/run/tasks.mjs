import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { foregroundNode } from './spawn.mjs';

const service = (path) => async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  // The fourth channel lets the service end itself when this process is killed.
  return foregroundNode(['--enable-source-maps', path, ...args], {}, { stdio: ['inherit', 'inherit', 'inherit', 'ipc'] });
};

/** A command that needs no console. */
const command =
  (path, ...first) =>
  async (args) => {
    await ensureInstalled();
    await ensureBuilt(['services']);
    return foregroundNode(['--enable-source-maps', path, ...first, ...args]);
  };

export const start = service('dist/apps/standalone/src/main.js');
export const cluster = service('scripts/cluster.mjs');
export const bench = command('dist/bench/main.js');
export const faults = command('dist/faults/main.js');
export const orquestra = command('dist/apps/cli/src/main.js');
export const example = command('dist/examples/run.js');
export const verify = command('dist/apps/cli/src/main.js', 'verify');
export const database = (verb) => command('dist/libs/persistence/src/cli.js', verb);

export async function install() {
  await ensureInstalled();
  return 0;
}

export async function build() {
  await ensureInstalled();
  await ensureBuilt();
  return 0;
}
