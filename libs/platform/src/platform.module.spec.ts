import { Controller, Get, Inject, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { loadConfig } from './config/load-config.js';
import type { Config } from './config/variables.js';
import { HealthRegistry } from './health/health-registry.js';
import { ServiceLogger } from './logging/service-logger.js';
import { METRICS, type MetricsRegistry } from './metrics/metrics.js';
import { CONFIG, PlatformModule, ROOT_LOGGER } from './platform.module.js';

@Controller()
class Things {
  private readonly logger = new Logger(Things.name);
  constructor(
    @Inject(CONFIG) readonly config: Config,
    @Inject(METRICS) readonly metrics: MetricsRegistry,
    readonly health: HealthRegistry,
  ) {}

  @Get('things')
  things(): object {
    this.logger.log({ instanceId: 'i7', path: 'a/b' }, 'looked');
    return { port: this.config.port, health: this.health instanceof HealthRegistry };
  }
}

it('PlatformModule gives configuration, metrics, health and a logger whose lines carry the trace of the request', async () => {
  const lines: string[] = [];
  const config = loadConfig({ PORT: '4321', ORQUESTRA_LOG_FORMAT: 'json' });
  const logStream = { write: (line: string) => void lines.push(line) };
  const tested = await Test.createTestingModule({
    imports: [PlatformModule.forRoot(config, { role: 'gateway', logStream })],
    controllers: [Things],
  }).compile();
  const app = tested.createNestApplication();
  app.useLogger(app.get(ServiceLogger));
  await app.listen(0, '127.0.0.1');
  const answer = await fetch(`${await app.getUrl()}/things`, {
    headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  });
  expect(await answer.json()).toEqual({ port: 4321, health: true });
  expect(app.get(ROOT_LOGGER)).toBeDefined();
  await app.close();
  const records = lines.map((each) => JSON.parse(each) as Record<string, unknown>);
  expect(records.filter((each) => each['context'] === 'RouterExplorer')).toEqual([]);
  expect(records.find((each) => each['msg'] === 'looked')).toMatchObject({
    context: 'Things',
    instanceId: 'i7',
    path: 'a/b',
    role: 'gateway',
    traceId: '0af7651916cd43dd8448eb211c80319c',
  });
});
