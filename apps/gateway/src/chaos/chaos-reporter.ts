import { Inject, Injectable } from '@nestjs/common';
import type { ChaosKind, ChaosReport } from '#libs/contracts';
import { ChaosFigures, type ChaosRates, type StoredChaosRun } from '#libs/persistence';
import { CONFIG, type Config } from '#libs/platform';
import { toIso } from '../http/times.js';
import { ChaosVerifier } from './chaos-verifier.js';

/** A report is good for so long: consoles and lists ask often, ms. */
const freshMs = 1_000;
/** So long after its end nothing more comes of a run: what is found then is kept, ms. */
const settledMs = 120_000;
/** Before chaos there is at least so much to compare with, ms. */
const beforeAtLeastMs = 60_000;
const recentAtMost = 50;

/** All of a report that stands still once the run is settled, and the instances to verify beside it. */
interface Reading {
  readonly report: Omit<ChaosReport, 'verify'>;
  readonly touched: readonly string[];
}

/** What the faults of a run have led to. */
@Injectable()
export class ChaosReporter {
  private latest:
    { readonly run: string; readonly atMs: number; readonly isLast: boolean; readonly reading: Promise<Reading> } | undefined;

  constructor(
    private readonly figures: ChaosFigures,
    private readonly verifier: ChaosVerifier,
    @Inject(CONFIG) private readonly config: Pick<Config, 'topology'>,
  ) {}

  forget(): void {
    this.latest = undefined;
    this.verifier.forget();
  }

  /** At most a second old, until the run is settled; then the last one. @param now epoch ms of the database's clock */
  async report(run: StoredChaosRun, now: number): Promise<ChaosReport> {
    const isSettled = now >= (run.endedAt ?? run.endsAt) + settledMs;
    const { report, touched } = await this.reading(run, now, isSettled);
    return { ...report, verify: this.verifier.result(run.id, touched, isSettled) };
  }

  private reading(run: StoredChaosRun, now: number, isLast: boolean): Promise<Reading> {
    const { latest } = this;
    const atMs = performance.now();
    if (latest?.run === run.id && (latest.isLast || atMs - latest.atMs < freshMs)) return latest.reading;
    const reading = this.read(run, now);
    this.latest = { run: run.id, atMs, isLast, reading };
    reading.catch(() => (this.latest = undefined));
    return reading;
  }

  private async read(run: StoredChaosRun, now: number): Promise<Reading> {
    const { figures } = this;
    const from = run.countedFrom;
    const to = Math.max(from, Math.min(run.endedAt ?? now, run.endsAt));
    const { definitions } = run.plan.scope;
    const before = Math.max(to - from, beforeAtLeastMs);
    const [byKind, touched, recent, during, earlier, recovery] = await Promise.all([
      figures.byKind(run.id),
      figures.touched(run.id),
      figures.recent(run.id, recentAtMost),
      figures.rates(from, to, definitions),
      figures.rates(run.startedAt - before, run.startedAt, definitions),
      figures.recovery(run.id, this.config.topology),
    ]);
    const { failedByChaos, retries } = await figures.consequences(touched.ids, from);
    const report = {
      injected: byKind.reduce((sum, { count }) => sum + count, 0),
      byKind: byKind.map(({ kind, count }) => ({ kind: kind as ChaosKind, count })),
      touched: { count: touched.count.count, atLeast: touched.count.isCapped },
      during: ratesOf(during),
      before: ratesOf(earlier),
      failedByChaos,
      retries,
      recovery,
      recent: recent.map(({ at, kind, ...rest }) => ({ at: toIso(at), kind: kind as ChaosKind, ...rest })),
    };
    return { report, touched: touched.ids };
  }
}

const ratesOf = ({ instances, ended, completed }: ChaosRates): ChaosReport['during'] => ({
  instances,
  ended,
  completed,
  failed: ended - completed,
  successRate: ended === 0 ? null : completed / ended,
});
