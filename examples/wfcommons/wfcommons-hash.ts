import { z } from 'zod';
import { defineTask, type InputOf, TaskHandler } from '#libs/worker-sdk';
import { hashTask } from './convert.js';
import { taskHash } from './dataflow-hash.js';

export const WfcommonsHash = defineTask(hashTask, {
  description: 'Stands in for a recorded task: its output proves that all its parents ran, each with its own output.',
  input: z.object({
    id: z.string().meta({ description: 'Id of the recorded task.' }),
    parents: z.array(z.string()).meta({ description: "The parents' outputs, in any order." }),
  }),
  output: z.string().meta({ description: 'SHA-256 hex of `id|`, then the sorted outputs of the parents joined by commas.' }),
});

export class WfcommonsHandlers {
  @TaskHandler(WfcommonsHash)
  hash({ id, parents }: InputOf<typeof WfcommonsHash>): string {
    return taskHash(id, parents);
  }
}
