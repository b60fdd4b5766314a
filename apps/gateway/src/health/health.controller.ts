import { Get, Inject, type OnModuleInit, Res } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import type { Response } from 'express';
import type { DataSource } from 'typeorm';
import type { Readiness } from '#libs/contracts';
import { type Transport, TRANSPORT } from '#libs/messaging';
import { type HealthReport, HealthRegistry, METRICS, type MetricsRegistry } from '#libs/platform';
import { ApiController } from '../http/api-controller.js';

/** Without these the gateway cannot keep what it is given. */
const essential = ['database'];

@ApiController('')
export class HealthController implements OnModuleInit {
  constructor(
    private readonly health: HealthRegistry,
    @Inject(METRICS) private readonly metrics: MetricsRegistry,
    @Inject(TRANSPORT) private readonly transport: Transport,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  onModuleInit(): void {
    this.health.register({ name: 'database', check: async () => void (await this.dataSource.query('SELECT 1')) });
    this.health.register({
      name: 'broker',
      check: () =>
        this.transport.state === 'connected'
          ? Promise.resolve()
          : Promise.reject(new Error(`the connection is ${this.transport.state}`)),
    });
  }

  @Get('health/live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('health/ready')
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const readiness = toReadiness(await this.health.ready());
    if (readiness.status === 'down' || readiness.status === 'draining') response.status(503);
    return readiness;
  }

  @Get('metrics')
  async exposition(@Res() response: Response): Promise<void> {
    response.type(this.metrics.contentType).send(await this.metrics.metrics());
  }
}

/** A broker that is away only degrades: starts are stored, and go on when it is back. */
function toReadiness({ status, checks }: HealthReport): Readiness {
  const shown: Readiness['checks'] = {};
  for (const [name, check] of Object.entries(checks)) {
    const { reason } = check as { reason?: unknown };
    shown[name] = { status: check.status === 'ok' ? 'ok' : 'down', ...(typeof reason === 'string' && { detail: reason }) };
  }
  const isDown = essential.some((name) => checks[name]?.status === 'failing');
  return {
    status: status === 'draining' ? 'draining' : isDown ? 'down' : status === 'failing' ? 'degraded' : 'ok',
    checks: shown,
  };
}
