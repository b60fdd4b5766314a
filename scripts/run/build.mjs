// Builds the services (swc) and the console (Angular) side by side, each only when one of its inputs has changed.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { filesOf, hashOf, inRoot, readIfThere } from './paths.mjs';
import { Refusal } from './refusal.mjs';
import { quietNode } from './spawn.mjs';
import { stage } from './stage.mjs';

const sourceFolders = ['apps', 'libs', 'examples', 'bench', 'faults'];
const isTest = (file) => /\.(?:spec|int|e2e)\.ts$/.test(file);
const sources = () => sourceFolders.flatMap(filesOf).filter((file) => /\.(?:ts|ya?ml|json)$/.test(file) && !isTest(file));

const targets = {
  services: {
    title: 'building the services',
    stamp: inRoot('dist', '.services'),
    result: inRoot('dist', 'apps', 'standalone', 'src', 'main.js'),
    inputs: () => [...sources(), '.swcrc', 'package-lock.json'],
    run: buildServices,
  },
  console: {
    title: 'building the console',
    stamp: inRoot('dist', '.console'),
    result: inRoot('dist', 'frontend', 'browser', 'index.html'),
    inputs: () => [
      ...filesOf('frontend'),
      ...['libs/contracts/src', 'libs/engine/src'].flatMap(filesOf).filter((file) => !isTest(file)),
      'package-lock.json',
    ],
    run: buildConsole,
  },
};

/** @param names which of `services`, `console`; both by default */
export async function ensureBuilt(names = ['services', 'console']) {
  const outcomes = await Promise.allSettled(names.map((name) => ensureTarget(targets[name])));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}

async function ensureTarget(target) {
  const wanted = hashOf(target.inputs());
  if (readIfThere(target.stamp) === wanted && existsSync(target.result)) return;
  rmSync(target.stamp, { force: true });
  await stage(target.title, target.run);
  if (!existsSync(target.result)) throw new Refusal(`${target.title}: expected it to write ${target.result}, but it did not`);
  mkdirSync(dirname(target.stamp), { recursive: true });
  writeFileSync(target.stamp, wanted);
}

async function buildServices() {
  const present = sourceFolders.filter((folder) => filesOf(folder).length > 0);
  await orRefuse('the services could not be built', ['node_modules/@swc/cli/bin/swc.js', ...present, '-d', 'dist', '--quiet']);
  removeOrphans();
}

/** What an earlier build wrote for a source that is gone would still be importable. */
function removeOrphans() {
  for (const folder of sourceFolders) {
    for (const file of filesOf(`dist/${folder}`).filter((each) => each.endsWith('.js'))) {
      if (existsSync(inRoot(file.replace(/^dist[\\/]/, '').replace(/\.js$/, '.ts')))) continue;
      rmSync(inRoot(file));
      rmSync(inRoot(`${file}.map`), { force: true });
    }
  }
}

async function buildConsole() {
  await orRefuse('the console could not be built', ['node_modules/@angular/cli/bin/ng.js', 'build'], { cwd: inRoot('frontend') });
}

async function orRefuse(what, args, options = {}) {
  const script = [inRoot(args[0]), ...args.slice(1)];
  const { status, output } = await quietNode(script, {}, options);
  if (status !== 0) throw new Refusal(`${what}:\n${output.trim()}`, status);
}
