import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import { IncidentQueries } from '#libs/persistence';
import { METRICS, type MetricsRegistry } from '#libs/platform';

const totalName = 'orquestrax_incidents_total';

/** How much needs a person. */
@Injectable()
export class IncidentMetrics {
  private readonly created: Counter<'kind'>;
  private isLooking = false;

  constructor(
    @Inject(METRICS) registry: MetricsRegistry,
    private readonly queries: IncidentQueries,
  ) {
    // In one process with an orchestrator it counts in the same place.
    const known = registry.getSingleMetric(totalName) as Counter<'kind'> | undefined;
    this.created =
      known ?? new Counter({ name: totalName, help: 'What needs a person', labelNames: ['kind'], registers: [registry] });
    const open: Gauge<'kind'> = new Gauge({
      name: 'orquestrax_incidents_open',
      help: 'Incidents nobody has closed yet, as they were when metrics were asked for last',
      labelNames: ['kind'],
      registers: [registry],
      collect: () => void this.look(open),
    });
  }

  /** Beside the answer: metrics are read most when the database stands still, and must not wait for it. */
  private async look(open: Gauge<'kind'>): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    const counts = await this.queries.openByKind().catch(() => undefined); // as it was
    this.isLooking = false;
    if (counts === undefined) return;
    open.reset();
    for (const { kind, count } of counts) open.set({ kind }, count);
  }

  note(kind: string): void {
    this.created.inc({ kind });
  }
}
