// The one entry of every npm script: installs and builds what has changed, then runs the task on the project's own Node.
// Plain Node, no dependencies: it runs before anything is installed. `node scripts/run.mjs <task> [arguments]`.
import { oldestNode, requireNode } from './run/node.mjs';
import { Refusal } from './run/refusal.mjs';

const tasks = {
  start: () => import('./run/tasks.mjs').then((m) => m.start),
  cluster: () => import('./run/tasks.mjs').then((m) => m.cluster),
  bench: () => import('./run/tasks.mjs').then((m) => m.bench),
  faults: () => import('./run/tasks.mjs').then((m) => m.faults),
  verify: () => import('./run/tasks.mjs').then((m) => m.verify),
  example: () => import('./run/tasks.mjs').then((m) => m.example),
  orquestra: () => import('./run/tasks.mjs').then((m) => m.orquestra),
  'db:migrate': () => import('./run/tasks.mjs').then((m) => m.database('migrate')),
  'db:revert': () => import('./run/tasks.mjs').then((m) => m.database('revert')),
  'db:reset': () => import('./run/tasks.mjs').then((m) => m.database('reset')),
  install: () => import('./run/tasks.mjs').then((m) => m.install),
  build: () => import('./run/tasks.mjs').then((m) => m.build),
  test: () => import('./run/test.mjs').then((m) => m.test),
  check: () => import('./run/check.mjs').then((m) => m.check),
  format: () => import('./run/check.mjs').then((m) => m.format),
};

const [name, ...args] = process.argv.slice(2);
try {
  requireNode(process.versions.node, oldestNode);
  if (name === undefined || !Object.hasOwn(tasks, name))
    throw new Refusal(`expected one of ${Object.keys(tasks).join(', ')}, but found ${name ?? 'nothing'}`, 2);
  const task = await tasks[name]();
  process.exitCode = await task(args);
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.status;
}
