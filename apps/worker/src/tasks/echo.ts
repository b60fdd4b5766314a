import { z } from 'zod';
import { defineTask, type TaskRegistry } from '#libs/worker-sdk';

export const echoContract = defineTask('echo', {
  description: 'Returns its input. For trying things out and for measuring the platform itself.',
  input: z.unknown().meta({ description: 'Any JSON.' }),
  output: z.unknown().meta({ description: 'The input.' }),
});

export function registerEcho(tasks: TaskRegistry): void {
  tasks.register(echoContract, (input) => input);
}
