import type { Logger } from 'pino';
import type { Transport } from '#libs/messaging';
import type { Attempt } from '../attempts/attempt.js';
import { AttemptEnds } from '../attempts/attempt-ends.js';
import { AttemptRunner } from '../attempts/attempt-runner.js';
import { Claims } from '../attempts/claims.js';
import { HeldAttempts } from '../attempts/held-attempts.js';
import { Lanes } from '../attempts/lanes.js';
import { MemoryBudget } from '../attempts/memory-budget.js';
import { Progress } from '../attempts/progress.js';
import { RecentAborts, RecentOutcomes } from '../attempts/recent-outcomes.js';
import type { TaskRegistry } from '../handlers/task-registry.js';
import { Aborts } from '../intake/aborts.js';
import { CommandIntake } from '../intake/command-intake.js';
import { Patience } from '../intake/patience.js';
import type { Clock } from './clock.js';
import { CompletionSender } from './completion-sender.js';

export interface WorkerCoreOptions {
  readonly id: string;
  readonly transport: Transport;
  readonly registry: TaskRegistry;
  readonly logger: Logger;
  readonly concurrency: number;
  /** Memory offered to steps, bytes; absent: what is there. */
  readonly memoryBytes?: number;
  /** Messages of one task taken before they are done, at most. */
  readonly prefetch?: number;
  readonly clock: Clock;
}

/** The parts of a worker between its consumers and its handlers, put together. */
export class WorkerCore {
  readonly held = new HeldAttempts();
  readonly lanes: Lanes;
  readonly sender: CompletionSender;
  readonly ends: AttemptEnds;
  readonly progress: Progress;
  readonly runner: AttemptRunner;
  readonly patience: Patience;
  readonly intake: CommandIntake;
  readonly aborts: Aborts;

  constructor({ id, transport, registry, logger, concurrency, memoryBytes, prefetch, clock }: WorkerCoreOptions) {
    const { held } = this;
    const recent = new RecentOutcomes();
    const recentAborts = new RecentAborts();
    const lanes = (this.lanes = new Lanes(registry.all(), concurrency, new MemoryBudget(memoryBytes), prefetch, () =>
      clock.elapsedMs(),
    ));
    const sender = (this.sender = new CompletionSender(transport, clock, {
      notSent: (partition, outcome, items) =>
        logger.warn({ partition, outcome, items }, 'the broker did not take completions; they are sent again until it does'),
    }));
    const ends = (this.ends = new AttemptEnds(held, recent, sender, id));
    const progress = (this.progress = new Progress({ sender, clock, worker: id }));
    const runner = (this.runner = new AttemptRunner({ ends, lanes, progress, clock, logger, worker: id }));
    const claims = new Claims({ held, ends, sender, lanes, clock, worker: id, run: (attempt) => runner.run(attempt) });
    const patience = (this.patience = new Patience(clock, ends));
    const unreadable = (queue: string, reason: string): void =>
      logger.error({ queue, reason }, 'expected step commands; the message went to the dead letters');
    this.intake = new CommandIntake({
      held,
      recent,
      aborts: recentAborts,
      ends,
      lanes,
      claims,
      sender,
      patience,
      clock,
      unreadable,
    });
    this.aborts = new Aborts({ held, recent: recentAborts, ends, lanes, clock });
    lanes.onTurn = (attempt) => {
      patience.begun(attempt);
      if (attempt.command.claimed) claims.ask(attempt);
      else runner.run(attempt);
    };
  }

  /** Attempts in one phase. */
  inPhase(phase: Attempt['phase']): Attempt[] {
    return [...this.held.all()].filter((attempt) => attempt.phase === phase);
  }

  /** Lets go of everything, as the death of the process would. */
  die(): void {
    this.lanes.shut();
    this.patience.stop();
    this.progress.stop();
    this.sender.stop();
    for (const attempt of [...this.held.all()]) {
      if (attempt.phase === 'running') this.runner.leaked += 1;
      attempt.callOff?.();
      attempt.callOffWatch?.();
      attempt.abort('shutdown');
      this.ends.lose(attempt);
    }
  }

  /** What waited and came through a consumer that is lost will come again; whatever runs goes on. */
  consumerLost(source: object): void {
    for (const attempt of this.inPhase('waiting')) if (attempt.envelope.source === source) this.ends.lose(attempt);
  }
}
