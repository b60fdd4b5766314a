import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { serviceEnv, serviceNode } from './node.mjs';
import { root } from './paths.mjs';

/**
 * Runs a command to its end in the foreground: same terminal, signals passed on.
 * @returns its exit status, 128 + n when signal n ended it
 */
export function foreground(command, args, options = {}) {
  const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
  // On a terminal Ctrl-C reaches the whole process group already.
  const passed = ['SIGTERM', 'SIGHUP', ...(process.stdin.isTTY ? [] : ['SIGINT'])];
  const listeners = passed.map((signal) => [signal, () => child.kill(signal)]);
  if (process.stdin.isTTY) listeners.push(['SIGINT', () => undefined]);
  for (const [signal, listener] of listeners) process.on(signal, listener);
  const watch = whenOrphaned(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const [name, listener] of listeners) process.off(name, listener);
      resolve(code ?? 128 + (constants.signals[signal] ?? 0));
    });
  });
}

/** npm runs scripts in a shell, and a signal to npm ends that shell without reaching us: what is left to see is another parent. */
function whenOrphaned(act) {
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  return setInterval(() => process.ppid !== parent && act(), 500).unref();
}

/** A script on the project's Node, in the foreground. */
export const foregroundNode = (args, env = {}, options = {}) =>
  foreground(serviceNode(), args, { env: serviceEnv(env), ...options });

/**
 * Runs a command quietly.
 * @returns {Promise<{status: number, output: string}>} what it wrote, both streams in order of arrival
 */
export function quiet(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve({ status: code ?? 1, output: Buffer.concat(chunks).toString('utf8') }));
  });
}

/** A script on the project's Node, quietly. */
export const quietNode = (args, env = {}, options = {}) => quiet(serviceNode(), args, { env: serviceEnv(env), ...options });
