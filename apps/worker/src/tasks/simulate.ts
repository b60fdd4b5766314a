import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { parseDuration } from '#libs/engine';
import { defineTask, type TaskContext, TaskFailure, type TaskRegistry } from '#libs/worker-sdk';
import { beating } from './beating.js';

const maxMs = 24 * 60 * 60 * 1_000;
const duration = z
  .union([z.number(), z.string()])
  .transform((value, context) => {
    const ms = typeof value === 'number' ? value : parseDuration(value);
    if (ms !== undefined && ms >= 0 && ms <= maxMs) return ms;
    context.addIssue({
      code: 'custom',
      message: `expected milliseconds or a duration such as "2s", up to 24h, but was ${JSON.stringify(value)}`,
    });
    return z.NEVER;
  })
  .meta({ description: 'Milliseconds, or a duration such as `2s`; at most 24 hours.' });

const input = z
  .strictObject({
    durationMs: z.number().min(0).max(maxMs).optional().meta({ description: 'How long it takes, ms.' }),
    duration: z
      .union([
        duration,
        z.strictObject({ min: duration, max: duration }).refine(({ min, max }) => min <= max, 'expected min <= max'),
      ])
      .optional()
      .meta({ description: 'The same as a duration, or a range to draw from; wins over `durationMs`. Default: no time.' }),
    failureRate: z.number().min(0).max(1).optional().meta({ description: 'Share of attempts that fail, by chance. Default 0.' }),
    failTimes: z.int().min(0).optional().meta({ description: 'Attempts 1 … n fail, later ones succeed. Default 0.' }),
    failWith: z
      .strictObject({
        code: z.string().min(1).max(200).default('SIMULATED').meta({ description: 'Default `SIMULATED`.' }),
        message: z.string().default('failed on purpose').meta({ description: 'Default `failed on purpose`.' }),
        retryable: z.boolean().default(true).meta({ description: 'Default true.' }),
      })
      .optional()
      .meta({ description: 'How it fails.' }),
    output: z.unknown().optional().meta({ description: 'What it returns. Default null.' }),
  })
  .nullable()
  .meta({ description: 'An object; or null: succeeds at once.' });

export const simulateContract = defineTask('simulate', {
  description:
    'Takes some time, fails now and then, returns what it was told: for trying out definitions before their real tasks exist. It ends at once when its step is cancelled.',
  input,
  output: z.unknown().meta({ description: 'The given output.' }),
  errors: ['SIMULATED'],
});

export type SimulateInput = z.infer<typeof input>;

/** @param draw uniform in [0, 1), handed in so that tests are exact */
export async function simulate(
  input: SimulateInput,
  step: Pick<TaskContext, 'attempt' | 'signal'>,
  draw: () => number = Math.random,
): Promise<unknown> {
  const { failTimes = 0, failureRate = 0, output = null, failWith } = input ?? {};
  await pass(durationOf(input, draw), step.signal);
  if (step.attempt <= failTimes || draw() < failureRate) {
    const { code = 'SIMULATED', message = 'failed on purpose', retryable = true } = failWith ?? {};
    throw new TaskFailure(code, message, undefined, retryable);
  }
  return output;
}

function durationOf(input: SimulateInput, draw: () => number): number {
  const { durationMs, duration = durationMs ?? 0 } = input ?? {};
  return typeof duration === 'number' ? duration : duration.min + draw() * (duration.max - duration.min);
}

async function pass(ms: number, signal: AbortSignal): Promise<void> {
  if (ms <= 0) return signal.throwIfAborted();
  await sleep(ms, undefined, { signal });
}

export function registerSimulate(tasks: TaskRegistry): void {
  tasks.register(simulateContract, (input, step) => beating(step, simulate(input, step)));
}
