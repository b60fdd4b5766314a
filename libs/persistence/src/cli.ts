import { createInterface } from 'node:readline/promises';
import { DbCommandRefused, runDbCommand } from './schema/db-command.js';

/** `npm run db:migrate | db:revert | db:reset`. Exit codes: 0 done, 1 failed, 2 refused. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question(question);
  } finally {
    terminal.close();
  }
}

try {
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  console.log(await runDbCommand(process.argv.slice(2), { url: process.env['DATABASE_URL'], ...(isTerminal && { ask }) }));
} catch (error) {
  const { message, code } = error as Error & { code?: string };
  console.error(message || code || String(error));
  process.exitCode = error instanceof DbCommandRefused ? 2 : 1;
}
