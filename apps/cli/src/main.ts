import { runCli } from './run-cli.js';
import { processShell } from './shell.js';

process.exitCode = await runCli(process.argv.slice(2), processShell());
