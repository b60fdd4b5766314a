/** An audit event as it will be stored; `data` is JSON text. */
export interface FloorEvent {
  readonly type: string;
  readonly path: string | null;
  readonly attempt: number | null;
  readonly data: string;
}

/** One commit about an instance of a chain: its events, and the head after them. */
export interface FloorCommit {
  readonly events: readonly FloorEvent[];
  /** Seq of the first of them. */
  readonly fromSeq: number;
  readonly toSeq: number;
  readonly status: 'running' | 'completed';
  readonly stepsDone: number;
  /** What has to be sent after it; null when the instance has ended. */
  readonly next: { readonly path: string; readonly token: number } | null;
}

export const workerName = 'floor-worker-0000-000000';
const checksum = '0'.repeat(64);

/** What the product commits for a chain of no-op steps, one commit a message: the rows of the floor, which decides nothing. */
export function chainCommits(length: number, definition: string): FloorCommit[] {
  const commits: FloorCommit[] = [];
  let seq = 0;
  for (let done = 0; done <= length; done += 1) {
    const events = done === 0 ? [started(definition)] : [completed(done, seq)];
    events.push(done === length ? instanceEvent('instanceCompleted', { output: null }) : scheduled(done + 1));
    commits.push({
      events,
      fromSeq: seq + 1,
      toSeq: seq + events.length,
      status: done === length ? 'completed' : 'running',
      stepsDone: done,
      next: done === length ? null : { path: `s${done + 1}`, token: seq + events.length },
    });
    seq += events.length;
  }
  return commits;
}

const started = (definition: string): FloorEvent =>
  instanceEvent('instanceStarted', { checksum, definition, input: {}, version: '1.0.0' });

const scheduled = (step: number): FloorEvent =>
  stepEvent('stepScheduled', step, { incarnation: 2, input: { ok: true }, priority: 0, queue: 'default', task: 'echo' });

const completed = (step: number, token: number): FloorEvent =>
  stepEvent('stepCompleted', step, { output: { ok: true }, startedAt: Date.now(), token, worker: workerName });

const instanceEvent = (type: string, data: object): FloorEvent => ({
  type,
  path: null,
  attempt: null,
  data: JSON.stringify(data),
});

const stepEvent = (type: string, step: number, data: object): FloorEvent => ({
  type,
  path: `s${step}`,
  attempt: 1,
  data: JSON.stringify(data),
});
