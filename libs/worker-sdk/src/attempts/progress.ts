import type { LogLevel, LogLine } from '#libs/contracts';
import { progressItem } from '../wire/partition-items.js';
import type { Clock } from '../worker/clock.js';
import type { CompletionSender } from '../worker/completion-sender.js';
import type { Attempt } from './attempt.js';
import { AttemptReport } from './attempt-report.js';

const sweepMs = 250;
/** Between two messages about one attempt. */
const tellEveryMs = 1_000;
/** Details are audit events: the longer an attempt runs, the rarer they get, so that a day of heartbeats is some hundred events. */
const shareOfRun = 1 / 60;
const nothing: readonly LogLine[] = [];

/**
 * Tells owners what running handlers report: details of heartbeats (the latest win) and what they log. An attempt that ends within a second says it all with
 * its outcome. One message of an attempt is on the way at a time, so that nothing piles up while the broker is away.
 */
export class Progress {
  private readonly untold = new Set<Attempt>();
  private readonly end: () => void;

  constructor(private readonly parts: { readonly sender: CompletionSender; readonly clock: Clock; readonly worker: string }) {
    this.end = parts.clock.every(sweepMs, () => this.sweep());
  }

  stop(): void {
    this.end();
  }

  beat(attempt: Attempt, details: unknown): void {
    this.reportOf(attempt).beat(this.parts.clock.elapsedMs(), details);
    this.untold.add(attempt);
  }

  log(attempt: Attempt, level: LogLevel, text: string): void {
    this.reportOf(attempt).log(this.parts.clock.nowMs(), level, text);
    this.untold.add(attempt);
  }

  /** Monotonic ms of the last sign of life of a running attempt. */
  beatAtMs(attempt: Attempt): number {
    return attempt.report?.beatAtMs ?? attempt.begunAtMs;
  }

  /** What has not been told, to go with the outcome. */
  rest(attempt: Attempt): readonly LogLine[] {
    if (attempt.report === undefined) return nothing;
    this.untold.delete(attempt);
    return attempt.report.takeLines();
  }

  /** Tells what is left of an attempt that ends without an outcome. */
  flush(attempt: Attempt): void {
    const details = attempt.report?.takeDetails();
    const lines = this.rest(attempt);
    if (lines.length > 0 || details !== undefined) this.send(attempt, { details, lines });
  }

  private reportOf(attempt: Attempt): AttemptReport {
    return (attempt.report ??= new AttemptReport(attempt.begunAtMs));
  }

  private sweep(): void {
    for (const attempt of this.untold) {
      if (attempt.phase !== 'running') this.untold.delete(attempt);
      else if (attempt.report?.isOnTheWay === false) this.tell(attempt, attempt.report);
    }
  }

  private tell(attempt: Attempt, report: AttemptReport): void {
    const nowMs = this.parts.clock.elapsedMs();
    const detailsEveryMs = Math.max(tellEveryMs, (nowMs - attempt.begunAtMs) * shareOfRun);
    const areLinesDue = report.hasLines && nowMs - report.linesToldAtMs >= tellEveryMs;
    const areDetailsDue = report.hasDetails && nowMs - report.detailsToldAtMs >= detailsEveryMs;
    if (!areLinesDue && !areDetailsDue) {
      if (!report.hasLines && !report.hasDetails) this.untold.delete(attempt);
      return;
    }
    if (areDetailsDue) report.detailsToldAtMs = nowMs;
    report.linesToldAtMs = nowMs;
    report.isOnTheWay = true;
    const details = areDetailsDue ? report.takeDetails() : undefined;
    this.send(attempt, { details, lines: report.takeLines() }, () => (report.isOnTheWay = false));
  }

  private send(attempt: Attempt, told: Parameters<typeof progressItem>[2], confirmed: () => void = () => undefined): void {
    const { sender, worker } = this.parts;
    sender.send(attempt.command.partition, progressItem(attempt.command, worker, told), confirmed);
  }
}
