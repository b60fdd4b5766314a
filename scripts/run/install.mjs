// Installs exactly what package-lock.json says, unless it is there already.
import { readdirSync, writeFileSync } from 'node:fs';
import { serviceNode } from './node.mjs';
import { hashOf, inRoot, readIfThere } from './paths.mjs';
import { Refusal } from './refusal.mjs';
import { quiet } from './spawn.mjs';
import { stage } from './stage.mjs';

const stamp = inRoot('node_modules', '.orquestra-install');
const wanted = () => hashOf(['package-lock.json'], `${process.platform}-${process.arch}`);

export async function ensureInstalled() {
  if (readIfThere(stamp) !== wanted()) {
    if (!isInstalled(readIfThere(inRoot('package-lock.json')), readIfThere(inRoot('node_modules', '.package-lock.json'))))
      await npmInstall();
    writeFileSync(stamp, wanted());
  }
  serviceNode();
}

/** Whether npm's own note of what it installed has every package of the lock that this machine needs, at its version. */
export function isInstalled(lockText, installedText) {
  if (lockText === undefined || installedText === undefined) return false;
  const installed = JSON.parse(installedText).packages;
  return Object.entries(JSON.parse(lockText).packages)
    .filter(([path, entry]) => path.startsWith('node_modules/') && !entry.optional && !entry.link)
    .every(([path, entry]) => installed[path]?.version === entry.version);
}

async function npmInstall() {
  const total = Object.keys(JSON.parse(readIfThere(inRoot('package-lock.json')) ?? '{"packages":{}}').packages).length;
  await stage(`installing ${total} packages`, async (report) => {
    const timer = setInterval(() => report(`${foldersIn('node_modules')} folders`), 500);
    const [command, ...first] = npmCommand();
    const { status, output } = await quiet(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error']).finally(() =>
      clearInterval(timer),
    );
    report('');
    if (status !== 0) throw new Refusal(installFailed(output), status);
  });
}

const installFailed = (output) =>
  `npm ci failed:\n${output.trim()}\n\nIf the network or the registry was the cause, run the command again; nothing needs to be cleaned up first.`;

/** npm as it was called, without a shell; else the one in PATH. */
function npmCommand() {
  const path = process.env.npm_execpath;
  if (path !== undefined && /npm-cli\.[cm]?js$/.test(path)) return [process.execPath, path];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

function foldersIn(path) {
  try {
    return readdirSync(inRoot(path)).length;
  } catch {
    return 0; // not there yet
  }
}
