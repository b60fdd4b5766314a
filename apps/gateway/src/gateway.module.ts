import { type DynamicModule, Inject, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { CONFIG, type Config, METRICS, type MetricsRegistry, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { ActionsController } from './actions/actions.controller.js';
import { InstanceActions } from './actions/instance-actions.js';
import { InstanceRestarter } from './actions/instance-restarter.js';
import { OutcomeWatch } from './actions/outcome-watch.js';
import { Refusals } from './actions/refusals.js';
import { AskCheck } from './asks/ask-check.js';
import { AskList } from './asks/ask-list.js';
import { AsksController } from './asks/asks.controller.js';
import { BulkChunk } from './bulk/bulk-chunk.js';
import { BulkController } from './bulk/bulk.controller.js';
import { BulkJobs } from './bulk/bulk-jobs.js';
import { BulkRunner } from './bulk/bulk-runner.js';
import { CommandConsumer } from './commands/command-consumer.js';
import { CommandHandler } from './commands/command-handler.js';
import { consoleFiles } from './console/console-files.js';
import { DefinitionCatalog } from './definitions/definition-catalog.js';
import { DefinitionsController } from './definitions/definitions.controller.js';
import { KnownDefinitions } from './definitions/known-definitions.js';
import { PlanCache } from './definitions/plan-cache.js';
import { DocsController } from './docs/docs.controller.js';
import { HealthController } from './health/health.controller.js';
import { ConnectionDrain } from './http/connection-drain.js';
import { apiEntry } from './http/entry.js';
import { Once } from './http/once.js';
import { EventGate } from './events/event-gate.js';
import { EventsController } from './events/events.controller.js';
import { originProblem } from './http/origin-check.js';
import { refuse } from './http/problem.filter.js';
import { requestMetrics } from './http/request-metrics.js';
import { EndWatch } from './instances/end-watch.js';
import { Hints } from './instances/hints.js';
import { InstanceList } from './instances/instance-list.js';
import { InstanceReader } from './instances/instance-reader.js';
import { InstanceStarter } from './instances/instance-starter.js';
import { InstanceViews } from './instances/instance-views.js';
import { PayloadsController } from './instances/payloads.controller.js';
import { InstancesController } from './instances/instances.controller.js';
import { LogsController } from './instances/logs.controller.js';
import { InstanceNudges } from './live/instance-nudges.js';
import { LiveFeed } from './live/live-feed.js';
import { LiveGateway } from './live/live.gateway.js';
import { LiveTopics } from './live/live-topics.js';
import { originRules } from './http/origin-rules.js';
import { Figures } from './stats/figures.js';
import { StatsController } from './stats/stats.controller.js';
import { CapacityController } from './workers/capacity.controller.js';
import { QueueList } from './workers/queue-list.js';

/** Every way in. Needs PlatformModule, MessagingModule and PersistenceModule beside it; `serveGateway` makes it listen. */
@Module({})
export class GatewayModule implements NestModule {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
    @Inject(METRICS) private readonly metrics: MetricsRegistry,
  ) {}

  static forRoot(): DynamicModule {
    return {
      module: GatewayModule,
      controllers: [
        DocsController,
        HealthController,
        DefinitionsController,
        InstancesController,
        PayloadsController,
        ActionsController,
        EventsController,
        AsksController,
        BulkController,
        LogsController,
        CapacityController,
        StatsController,
      ],
      providers: [
        ...[LiveFeed, InstanceNudges, LiveTopics, LiveGateway],
        ...[PlanCache, KnownDefinitions, DefinitionCatalog],
        ...[Hints, EndWatch, InstanceStarter, InstanceList, InstanceReader, InstanceViews],
        ...[
          InstanceActions,
          InstanceRestarter,
          OutcomeWatch,
          Refusals,
          AskCheck,
          AskList,
          EventGate,
          BulkChunk,
          BulkJobs,
          BulkRunner,
        ],
        ...[Figures, QueueList, Once, ConnectionDrain, CommandHandler, CommandConsumer],
      ],
    };
  }

  /** In this order for every request: where it comes from, files of the console, then the API. */
  configure(consumer: MiddlewareConsumer): void {
    const rules = originRules(this.config);
    const checkOrigin = (request: Request, response: Response, next: NextFunction): void => {
      const problem = originProblem(request, rules);
      if (problem) refuse(problem, request, response, this.logger);
      else next();
    };
    consumer
      .apply(checkOrigin, requestMetrics(this.metrics), apiEntry(this.logger), consoleFiles(this.logger))
      .forRoutes('{*all}');
  }
}
