import { availableParallelism } from 'node:os';
import { type TaskContext, TaskFailure, type TaskRegistry } from '#libs/worker-sdk';
import { beating } from '../beating.js';
import { scriptContract, type ScriptInput, scriptLimits } from './contract.js';
import type { SandboxJob } from './protocol.js';
import type { SandboxOutcome } from './sandbox.js';
import { SandboxPool } from './sandbox-pool.js';

const limits = { outputBytes: 2 * 1024 * 1024, logChars: 64 * 1024 };
/** Scripts at once: more than processors, so that an endless loop does not hold up everybody else's. */
const processes = Math.max(4, 2 * availableParallelism());

type Step = Pick<TaskContext, 'signal' | 'log'>;

/** Runs the script of one step. @throws TaskFailure with the codes of the contract */
export async function runScript({ code, args = null, timeoutMs }: ScriptInput, step: Step, pool: SandboxPool): Promise<unknown> {
  const job: SandboxJob = { code, args: JSON.stringify(args), timeoutMs, ...limits };
  return outputOf(await pool.run(job, (line) => step.log('info', line), step.signal), timeoutMs);
}

function outputOf(outcome: SandboxOutcome, timeoutMs: number): unknown {
  switch (outcome.kind) {
    case 'done':
      return JSON.parse(outcome.output) as unknown;
    case 'error': {
      const { message, line } = outcome;
      const at = line === null ? '' : ` (line ${line})`;
      throw new TaskFailure('SCRIPT_ERROR', `${message}${at}`, line === null ? undefined : { line });
    }
    case 'noJson':
      throw new TaskFailure('OUTPUT_INVALID', `expected the script to return JSON, but ${outcome.message}`);
    case 'tooLarge':
      throw new TaskFailure(
        'OUTPUT_TOO_LARGE',
        `expected an output of at most ${limits.outputBytes} bytes, but was ${outcome.bytes}: return less, or split the work`,
      );
    case 'overdue':
      throw new TaskFailure(
        'SCRIPT_TIMEOUT',
        `expected the script to end within ${timeoutMs} ms, but it was still running`,
        undefined,
        true,
      );
    case 'memory':
      throw new TaskFailure(
        'SCRIPT_MEMORY',
        `expected the script to use at most ${scriptLimits.memoryMiB} MiB, but it needed more`,
      );
    case 'crashed':
      throw new TaskFailure('SCRIPT_ERROR', `the process that ran the script ended (${outcome.how})`, undefined, true);
  }
}

export function registerScript(tasks: TaskRegistry): void {
  const pool = new SandboxPool({ size: processes });
  tasks.register(scriptContract, (input, step) => beating(step, runScript(input, step, pool)), { concurrency: processes });
}
