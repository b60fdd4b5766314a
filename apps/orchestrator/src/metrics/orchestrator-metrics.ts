import { Inject, Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { METRICS } from '#libs/platform';

interface LaneLimit {
  readonly scope: string;
  readonly name: string;
  readonly concurrency: number | null;
}

/** Figures of an orchestrator; no instance ids as labels. */
@Injectable()
export class OrchestratorMetrics {
  private readonly rejections: Counter;
  private readonly events: Counter;
  private readonly commits: Histogram;
  private readonly commands: Counter;
  private readonly repeats: Counter;
  private readonly recoveries: Counter;
  private readonly incidents: Counter;
  private readonly limits: Gauge;
  private readonly slots: Gauge;
  private readonly breakers: Counter;
  private readonly deliveries: Counter;

  constructor(@Inject(METRICS) registry: Registry) {
    const registers = [registry];
    this.rejections = new Counter({
      name: 'orquestrax_rejections_total',
      help: 'Messages that no longer fitted',
      labelNames: ['reason'],
      registers,
    });
    this.events = new Counter({ name: 'orquestrax_audit_events_total', help: 'Audit events committed', registers });
    this.commits = new Histogram({
      name: 'orquestrax_commit_duration_seconds',
      help: 'One micro-batch, one round trip',
      buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
    this.commands = new Counter({
      name: 'orquestrax_step_commands_total',
      help: 'Step commands published',
      labelNames: ['outcome'],
      registers,
    });
    this.repeats = new Counter({
      name: 'orquestrax_step_commands_repeated_total',
      help: 'Step commands sent again because they were lost',
      registers,
    });
    this.recoveries = new Counter({
      name: 'orquestrax_recovered_instances_total',
      help: 'Instances with unconfirmed effects at a take-over',
      registers,
    });
    this.deliveries = new Counter({
      name: 'orquestrax_webhook_attempts_total',
      help: 'Attempts to deliver to webhooks, by what became of the delivery',
      labelNames: ['outcome'],
      registers,
    });
    const known = registers[0]?.getSingleMetric('orquestrax_incidents_total') as Counter | undefined; // of a gateway in this process
    this.incidents =
      known ??
      new Counter({
        name: 'orquestrax_incidents_total',
        help: 'What needs a person',
        labelNames: ['kind'],
        registers,
      });
    this.limits = new Gauge({
      name: 'orquestrax_lane_limit',
      help: 'Steps at once that are set for a queue or a task',
      labelNames: ['scope', 'name'],
      registers,
    });
    this.slots = new Gauge({
      name: 'orquestrax_lane_slots',
      help: 'Slots of a limit that the partitions of this orchestrator hold',
      labelNames: ['scope', 'name'],
      registers,
    });
    this.breakers = new Counter({
      name: 'orquestrax_breaker_changes_total',
      help: 'Changes of the circuit breaker of a task, by the state it went into',
      labelNames: ['task', 'state'],
      registers,
    });
  }

  rejected(reason: string, count: number): void {
    this.rejections.inc({ reason }, count);
  }

  committed(events: number, durationMs: number): void {
    this.events.inc(events);
    this.commits.observe(durationMs / 1_000);
  }

  published(commands: number, isSent: boolean): void {
    this.commands.inc({ outcome: isSent ? 'sent' : 'unsent' }, commands);
  }

  sentAgain(): void {
    this.repeats.inc();
  }

  recovered(instances: number): void {
    this.recoveries.inc(instances);
  }

  lane({ scope, name, concurrency }: LaneLimit, granted: number): void {
    const labels = { scope, name };
    if (concurrency === null) this.limits.remove(labels);
    else this.limits.set(labels, concurrency);
    this.slots.set(labels, granted);
  }

  breakerMoved(task: string, state: string): void {
    this.breakers.inc({ task, state });
  }

  attempted(outcome: 'delivered' | 'waiting' | 'failed'): void {
    this.deliveries.inc({ outcome });
  }

  incident(kind: string): void {
    this.incidents.inc({ kind });
  }
}
