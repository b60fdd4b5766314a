import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Gauge } from 'prom-client';
import { TRANSPORT, type Transport } from '#libs/messaging';
import { HealthRegistry, METRICS, type MetricsRegistry } from '#libs/platform';
import { TaskStrategy, type Worker, type WorkerStats } from '#libs/worker-sdk';

const gauges: readonly [name: string, help: string, read: (stats: WorkerStats) => number][] = [
  ['orquestrax_worker_running', 'Steps in a handler now.', (stats) => stats.running],
  ['orquestrax_worker_held', 'Step commands held: prefetched, running, or not confirmed yet.', (stats) => stats.held],
  ['orquestrax_worker_finished', 'Completed and failed attempts since the start.', (stats) => stats.finished],
  ['orquestrax_worker_leaked', 'Handlers still running after their time-out.', (stats) => stats.leaked],
  ['orquestrax_worker_unconfirmed', 'Completions the broker has not confirmed.', (stats) => stats.unconfirmed],
];

/** The worker in `/health/ready` and `/metrics`. */
@Injectable()
export class WorkerObservation implements OnModuleInit {
  constructor(
    private readonly health: HealthRegistry,
    @Inject(METRICS) private readonly metrics: MetricsRegistry,
    @Inject(TRANSPORT) private readonly transport: Transport,
    private readonly strategy: TaskStrategy,
  ) {}

  onModuleInit(): void {
    this.health.register({ name: 'worker', check: () => this.check() });
    for (const [name, help, read] of gauges) this.gauge(name, help, read);
  }

  /** Ready = has the broker; that a task has no queue yet is no fault of the worker. */
  private async check(): Promise<Readonly<Record<string, unknown>>> {
    const { state } = this.transport;
    if (state !== 'connected' && state !== 'blocked') throw new Error(`the broker is ${state}`);
    const stats = this.stats();
    if (stats === undefined) throw new Error('the worker has not started');
    return { ...stats };
  }

  private gauge(name: string, help: string, read: (stats: WorkerStats) => number): void {
    const stats = (): WorkerStats | undefined => this.stats();
    new Gauge({
      name,
      help,
      registers: [this.metrics],
      collect() {
        const now = stats();
        if (now !== undefined) this.set(read(now));
      },
    });
  }

  private stats(): WorkerStats | undefined {
    return this.strategy.unwrap<Worker | undefined>()?.stats();
  }
}
