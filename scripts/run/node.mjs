// Which Node runs what: any Node from 20.19 starts the scripts; the services run on Node 24 from the `node` package.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { root } from './paths.mjs';
import { Refusal } from './refusal.mjs';

export const oldestNode = '20.19.0';
const oldestForServices = '24.15.0';

export function isAtLeast(version, wanted) {
  const [a, b] = [version, wanted].map((text) => text.replace(/^v/, '').split('.').map(Number));
  for (let i = 0; i < 3; i += 1) if (a[i] !== b[i]) return a[i] > b[i];
  return true;
}

export function requireNode(version, wanted) {
  if (isAtLeast(version, wanted)) return;
  throw new Refusal(
    `OrquestraX needs Node ${wanted} or newer to start (it brings Node 24 for its services itself), but this is Node ${version}.\n` +
      'Install a current Node from https://nodejs.org, open a new terminal, and run the command again.',
  );
}

const packaged = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

let found;
/** Path of the Node the services run on. */
export function serviceNode() {
  found ??= [packaged, process.execPath].find(isGoodEnough);
  if (found === undefined) throw new Refusal(missingNode());
  return found;
}

function isGoodEnough(path) {
  if (path === process.execPath) return isAtLeast(process.versions.node, oldestForServices);
  const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return status === 0 && isAtLeast(stdout.trim(), oldestForServices);
}

const missingNode = () =>
  `The services need Node ${oldestForServices} or newer. The installed package "node" brings it, but its install script has not run:\n` +
  'npm is probably configured with ignore-scripts=true. Either let just the scripts this project names (allowScripts in package.json) run:\n' +
  '    npm rebuild --ignore-scripts=false\n' +
  `or use Node ${oldestForServices} or newer yourself (this is Node ${process.versions.node}).`;

/** Environment in which `node` and the installed commands are the project's own. */
export function serviceEnv(extra = {}) {
  const node = serviceNode();
  const path = [join(root, 'node_modules', '.bin'), join(node, '..'), process.env.PATH ?? ''].join(delimiter);
  return { ...process.env, PATH: path, ...extra };
}
