import type { TaskContext } from '#libs/worker-sdk';

/** Gives the heartbeats of a built-in task, which is at work as long as it runs. */
export async function beating<T>(step: Pick<TaskContext, 'heartbeat' | 'heartbeatMs'>, work: Promise<T>): Promise<T> {
  if (step.heartbeatMs === undefined) return work;
  const beat = setInterval(() => step.heartbeat(), step.heartbeatMs / 3);
  try {
    return await work;
  } finally {
    clearInterval(beat);
  }
}
