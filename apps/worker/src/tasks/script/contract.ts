import { z } from 'zod';
import { defineTask } from '#libs/worker-sdk';

export const scriptLimits = { timeoutMs: 10_000, maxTimeoutMs: 10 * 60_000, memoryMiB: 64 } as const;

const input = z.strictObject({
  code: z.string().min(1).max(262_144).meta({
    description:
      'JavaScript (ECMAScript 2023, strict), the body of an async function: what it returns is the output. At most 262,144 characters.',
  }),
  args: z.unknown().optional().meta({ description: 'Any JSON; the script sees it as `args`. Default null.' }),
  timeoutMs: z
    .int()
    .min(1)
    .max(scriptLimits.maxTimeoutMs)
    .default(scriptLimits.timeoutMs)
    .meta({ description: 'How long it may run, ms; at most 10 minutes. The time-out of the step counts too. Default 10,000.' }),
});
export type ScriptInput = z.infer<typeof input>;

export const scriptContract = defineTask('script', {
  description:
    'Runs a piece of JavaScript in an interpreter of its own, in a process of its own: it sees `args` and `print(…)`, whose lines become logs of the step, and nothing of the host: no modules, no network, no files, no timers. ' +
    `It has ${scriptLimits.memoryMiB} MiB of memory. Pass values in through \`args\` rather than into the code: \`args: "\${input}"\`. ` +
    'A script that fails, returns what is no JSON or takes too much memory will do so again, so those failures are not retried; running out of time is retryable.',
  input,
  output: z.unknown().meta({ description: 'What the script returned; null without a `return`. At most 2 MiB.' }),
  errors: ['SCRIPT_ERROR', 'SCRIPT_TIMEOUT', 'SCRIPT_MEMORY', 'OUTPUT_INVALID', 'OUTPUT_TOO_LARGE'],
});
