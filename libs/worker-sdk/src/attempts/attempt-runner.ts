import type { Logger } from 'pino';
import type { Failure, Json } from '#libs/engine';
import { crashPoint } from '#libs/platform';
import { AttemptContext } from '../handlers/task-context.js';
import { AttemptAborted, TaskFailure } from '../handlers/task-failure.js';
import type { Clock } from '../worker/clock.js';
import { completedItem } from '../wire/partition-items.js';
import type { Attempt } from './attempt.js';
import type { AttemptEnds } from './attempt-ends.js';
import { checked } from './checked.js';
import { failure, failureOf } from './failure-of.js';
import type { Lanes } from './lanes.js';
import type { Progress } from './progress.js';
import { outputOf } from './output-of.js';
import { whenKnown } from './when-known.js';

const shutdownCode = new AttemptAborted('shutdown').code;

/** How a handler came out. */
type Outcome = { readonly output: string; readonly note?: string } | { readonly failure: Failure };

/** Runs attempts that have a slot: input check, handler, output check, time-out, outcome. */
export class AttemptRunner {
  /** Handlers that ran on after their time-out. */
  leaked = 0;

  constructor(
    private readonly parts: {
      readonly ends: AttemptEnds;
      readonly lanes: Lanes;
      readonly progress: Progress;
      readonly clock: Clock;
      readonly logger: Logger;
      readonly worker: string;
    },
  ) {}

  /** A handler that returns at once needs no time-out, no watch and no turn of the event loop; only what takes time is given them. */
  run(attempt: Attempt): void {
    const { clock } = this.parts;
    attempt.phase = 'running';
    attempt.startedAt = clock.nowMs();
    attempt.begunAtMs = clock.elapsedMs();
    const outcome = this.outcomeOf(attempt);
    if (!(outcome instanceof Promise)) return this.ended(attempt, outcome);
    const { timeoutMs, heartbeatMs } = attempt.command;
    attempt.callOff = clock.after(timeoutMs, () => this.timeOut(attempt));
    if (heartbeatMs !== undefined) this.watch(attempt, heartbeatMs);
    void outcome.then((late) => this.ended(attempt, late));
  }

  private outcomeOf(attempt: Attempt): Outcome | Promise<Outcome> {
    const failed = (error: unknown): Outcome => {
      const reason = failureOf(error, attempt.abortedFor);
      this.log(attempt, error, reason);
      return { failure: reason };
    };
    try {
      const outcome = this.handle(attempt);
      return outcome instanceof Promise ? outcome.catch(failed) : outcome;
    } catch (error) {
      return failed(error);
    }
  }

  private handle(attempt: Attempt): Outcome | Promise<Outcome> {
    const { contract, invoke } = attempt.lane.handler;
    const context = new AttemptContext(attempt, this.parts.progress, this.parts.logger);
    return whenKnown(checked(contract.input, attempt.command.input, 'INPUT_INVALID'), (input) =>
      whenKnown(invoke(input as Json, context), (result) =>
        whenKnown(checked(contract.output, result, 'OUTPUT_INVALID'), outcomeOfOutput),
      ),
    );
  }

  private ended(attempt: Attempt, outcome: Outcome): void {
    if (attempt.phase !== 'running') {
      this.leaked -= 1; // it was given up; its late result is nobody's
      return;
    }
    crashPoint('handler.ended');
    this.close(attempt);
    const { ends, lanes, worker } = this.parts;
    if ('failure' in outcome && outcome.failure.code === shutdownCode) this.giveBack(attempt);
    else if ('failure' in outcome) this.fail(attempt, outcome.failure);
    else {
      const lines = this.parts.progress.rest(attempt);
      const ran = { worker, startedAt: attempt.startedAt! };
      ends.answer(attempt, completedItem(attempt.command, ran, outcome.output, { note: outcome.note, lines }));
    }
    lanes.release(attempt);
  }

  private fail(attempt: Attempt, reason: Failure): void {
    this.parts.ends.fail(attempt, reason, attempt.startedAt!, this.parts.progress.rest(attempt));
  }

  private timeOut(attempt: Attempt): void {
    const { timeoutMs } = attempt.command;
    this.giveUp(
      attempt,
      failure('TIMED_OUT', `expected an outcome within ${timeoutMs} ms, but the handler was still running`, true),
    );
  }

  /** Looks again when the next heartbeat is overdue; the start counts as one. */
  private watch(attempt: Attempt, heartbeatMs: number): void {
    const { clock, progress } = this.parts;
    const leftMs = progress.beatAtMs(attempt) + heartbeatMs - clock.elapsedMs();
    if (leftMs > 0) attempt.callOffWatch = clock.after(leftMs, () => this.watch(attempt, heartbeatMs));
    else
      this.giveUp(
        attempt,
        failure('HEARTBEAT_LOST', `expected a heartbeat every ${heartbeatMs} ms, but the handler gave none for longer`, true),
      );
  }

  /** Ends an attempt whose handler may still be running; its own outcome is nobody's any more. */
  private giveUp(attempt: Attempt, reason: Failure): void {
    if (attempt.phase !== 'running') return;
    attempt.abort('timeout');
    this.close(attempt);
    this.leaked += 1;
    this.fail(attempt, reason);
    this.parts.lanes.release(attempt);
  }

  /** Gives up an attempt whose handler does not end although the worker does. */
  abandon(attempt: Attempt): void {
    if (attempt.phase !== 'running') return;
    this.close(attempt);
    this.leaked += 1;
    this.giveBack(attempt);
    this.parts.lanes.release(attempt);
  }

  /** A claimed command must not run a second time unasked, so its owner hears of a lost worker; any other goes back to be sent elsewhere. */
  private giveBack(attempt: Attempt): void {
    const { ends, progress } = this.parts;
    progress.flush(attempt);
    if (attempt.command.claimed)
      this.fail(attempt, failure('WORKER_LOST', 'expected to run to its end, but the worker was shut down', true));
    else ends.handBack(attempt);
  }

  private close(attempt: Attempt): void {
    attempt.callOff?.();
    attempt.callOffWatch?.();
    attempt.lane.took(this.parts.clock.elapsedMs() - attempt.begunAtMs);
  }

  /** Loggers read what they are given, and a handler may throw what cannot be read: then they get its failure. */
  private log({ command, abortedFor }: Attempt, error: unknown, reason: Failure): void {
    if (abortedFor !== undefined) return;
    const { instanceId, path, attempt, task } = command;
    const place = { instanceId, path, attempt, task };
    try {
      if (error instanceof TaskFailure) return;
      this.parts.logger.warn({ ...place, err: error }, 'the handler of a task threw');
    } catch {
      this.parts.logger.warn({ ...place, failure: reason }, 'the handler of a task threw what cannot be logged');
    }
  }
}

function outcomeOfOutput(result: unknown): Outcome {
  const output = outputOf(result);
  return 'failure' in output ? output : { output: output.text, note: output.note };
}
