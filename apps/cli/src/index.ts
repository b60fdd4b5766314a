export { exitCodes } from './exit-codes.js';
export { runCli } from './run-cli.js';
export type { Shell } from './shell.js';
