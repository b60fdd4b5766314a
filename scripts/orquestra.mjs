#!/usr/bin/env node
// The `orquestra` command: finds a Node that is new enough, whatever Node it was called with, and hands everything on.
import { existsSync } from 'node:fs';
import { serviceNode } from './run/node.mjs';
import { inRoot } from './run/paths.mjs';
import { Refusal } from './run/refusal.mjs';
import { foreground } from './run/spawn.mjs';

const entry = inRoot('dist/apps/cli/src/main.js');

try {
  const node = serviceNode();
  if (!existsSync(entry))
    throw new Refusal('orquestra is not built yet: run `npm run orquestra` once in the project folder, or `npm start`.', 1);
  process.exitCode = await foreground(node, ['--enable-source-maps', entry, ...process.argv.slice(2)], { cwd: process.cwd() });
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.status;
}
