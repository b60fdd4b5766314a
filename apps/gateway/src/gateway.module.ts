import { type DynamicModule, Inject, type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import type { TriggerSource } from '#libs/extension-sdk';
import { CONFIG, type Config, METRICS, type MetricsRegistry, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { ActionsController } from './actions/actions.controller.js';
import { InstanceActions } from './actions/instance-actions.js';
import { InstanceRestarter } from './actions/instance-restarter.js';
import { OutcomeWatch } from './actions/outcome-watch.js';
import { Refusals } from './actions/refusals.js';
import { Admission } from './admission/admission.js';
import { admit } from './admission/admit.js';
import { AskCheck } from './asks/ask-check.js';
import { AskList } from './asks/ask-list.js';
import { AsksController } from './asks/asks.controller.js';
import { BulkChunk } from './bulk/bulk-chunk.js';
import { BulkController } from './bulk/bulk.controller.js';
import { BulkJobs } from './bulk/bulk-jobs.js';
import { BulkRunner } from './bulk/bulk-runner.js';
import { ChaosController } from './chaos/chaos.controller.js';
import { ChaosPreviews } from './chaos/chaos-previews.js';
import { ChaosRecorder } from './chaos/chaos-recorder.js';
import { ChaosReporter } from './chaos/chaos-reporter.js';
import { ChaosVerifier } from './chaos/chaos-verifier.js';
import { ChaosSwitch } from './chaos/chaos-switch.js';
import { CommandConsumer } from './commands/command-consumer.js';
import { CommandHandler } from './commands/command-handler.js';
import { CommandReplies } from './commands/command-replies.js';
import { consoleFiles } from './console/console-files.js';
import { DefinitionCatalog } from './definitions/definition-catalog.js';
import { DefinitionPausing } from './definitions/definition-pausing.js';
import { DefinitionsController } from './definitions/definitions.controller.js';
import { KnownDefinitions } from './definitions/known-definitions.js';
import { PlanCache } from './definitions/plan-cache.js';
import { DocsController } from './docs/docs.controller.js';
import { FeedController } from './feed/feed.controller.js';
import { FeedReader } from './feed/feed-reader.js';
import { TRIGGER_SOURCES, TriggerSources } from './extensions/trigger-sources.js';
import { HealthController } from './health/health.controller.js';
import { ConnectionDrain } from './http/connection-drain.js';
import { HookReceiver } from './hooks/hook-receiver.js';
import { HooksController } from './hooks/hooks.controller.js';
import { apiEntry } from './http/entry.js';
import { noteCaller } from './http/note-caller.js';
import { Once } from './http/once.js';
import { EventGate } from './events/event-gate.js';
import { EventsController } from './events/events.controller.js';
import { originProblem } from './http/origin-check.js';
import { refuse } from './http/problem.filter.js';
import { requestMetrics } from './http/request-metrics.js';
import { EndWatch } from './instances/end-watch.js';
import { Hints } from './instances/hints.js';
import { IncidentActor } from './incidents/incident-actor.js';
import { IncidentChunk } from './incidents/incident-chunk.js';
import { IncidentDesk } from './incidents/incident-desk.js';
import { IncidentMetrics } from './incidents/incident-metrics.js';
import { IncidentReader } from './incidents/incident-reader.js';
import { IncidentRedriver } from './incidents/incident-redriver.js';
import { IncidentsController } from './incidents/incidents.controller.js';
import { OperatorLogController } from './incidents/operator-log.controller.js';
import { RedriveCommand } from './incidents/redrive-command.js';
import { RedriveIntake } from './incidents/redrive-intake.js';
import { RedrivePartition } from './incidents/redrive-partition.js';
import { RedriveStep } from './incidents/redrive-step.js';
import { InstanceEnds } from './instances/instance-ends.js';
import { InstanceList } from './instances/instance-list.js';
import { InstanceReader } from './instances/instance-reader.js';
import { InstanceStarter } from './instances/instance-starter.js';
import { InstanceViews } from './instances/instance-views.js';
import { NamedStarts } from './instances/named-starts.js';
import { NewStarts } from './instances/new-starts.js';
import { PayloadsController } from './instances/payloads.controller.js';
import { InstancesController } from './instances/instances.controller.js';
import { LogsController } from './instances/logs.controller.js';
import { InstanceNudges } from './live/instance-nudges.js';
import { LaneSettings } from './lanes/lane-settings.js';
import { LanesController } from './lanes/lanes.controller.js';
import { LiveFeed } from './live/live-feed.js';
import { LiveGateway } from './live/live.gateway.js';
import { LiveTopics } from './live/live-topics.js';
import { originRules } from './http/origin-rules.js';
import { MessageReceiver } from './message-triggers/message-receiver.js';
import { MessageTriggers } from './message-triggers/message-triggers.js';
import { MessageIncidents } from './messages/message-incidents.js';
import { Figures } from './stats/figures.js';
import { StatsController } from './stats/stats.controller.js';
import { CompiledTriggers } from './triggers/compiled-triggers.js';
import { TriggerCatalog } from './triggers/trigger-catalog.js';
import { TriggerNotes } from './triggers/trigger-notes.js';
import { TriggerTarget } from './triggers/trigger-target.js';
import { TriggerRuns } from './triggers/trigger-runs.js';
import { TriggersController } from './triggers/triggers.controller.js';
import { WebhookCatalog } from './webhooks/webhook-catalog.js';
import { WebhooksController } from './webhooks/webhooks.controller.js';
import { CapacityController } from './workers/capacity.controller.js';
import { PartitionOwners } from './workers/partition-owners.js';
import { QueueList } from './workers/queue-list.js';
import { WorkerDrain } from './workers/worker-drain.js';

export interface GatewayOptions {
  /** Triggers of extensions. */
  readonly sources?: readonly TriggerSource[];
}

/** Every way in. Needs PlatformModule, MessagingModule and PersistenceModule beside it; `serveGateway` makes it listen. */
@Module({})
export class GatewayModule implements NestModule {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
    @Inject(METRICS) private readonly metrics: MetricsRegistry,
    private readonly admission: Admission,
  ) {}

  static forRoot({ sources = [] }: GatewayOptions = {}): DynamicModule {
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
        TriggersController,
        LanesController,
        HooksController,
        WebhooksController,
        FeedController,
        LogsController,
        IncidentsController,
        OperatorLogController,
        CapacityController,
        StatsController,
        ChaosController,
      ],
      providers: [
        ...[ChaosSwitch, ChaosReporter, ChaosPreviews, ChaosRecorder, ChaosVerifier],
        ...[LiveFeed, InstanceNudges, LiveTopics, LiveGateway],
        ...[PlanCache, KnownDefinitions, DefinitionCatalog, DefinitionPausing],
        ...[Hints, EndWatch, InstanceEnds, NewStarts, InstanceStarter, NamedStarts, InstanceList, InstanceReader, InstanceViews],
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
        ...[IncidentReader, IncidentMetrics, IncidentDesk, IncidentChunk, IncidentActor, IncidentRedriver],
        ...[RedriveCommand, RedriveIntake, RedrivePartition, RedriveStep],
        ...[MessageIncidents, CommandHandler, CommandReplies, CommandConsumer],
        ...[
          TriggerCatalog,
          TriggerRuns,
          CompiledTriggers,
          TriggerTarget,
          TriggerNotes,
          HookReceiver,
          MessageReceiver,
          MessageTriggers,
        ],
        ...[WebhookCatalog, FeedReader, LaneSettings],
        ...[TriggerSources, { provide: TRIGGER_SOURCES, useValue: sources }],
        ...[Figures, QueueList, PartitionOwners, WorkerDrain, Once, ConnectionDrain, Admission],
      ],
    };
  }

  /** In this order for every request: where it comes from, files of the console, then the API, which has room for so much at once. */
  configure(consumer: MiddlewareConsumer): void {
    const rules = originRules(this.config);
    const checkOrigin = (request: Request, response: Response, next: NextFunction): void => {
      const problem = originProblem(request, rules);
      if (problem) refuse(problem, request, response, this.logger);
      else next();
    };
    consumer
      .apply(
        checkOrigin,
        noteCaller,
        requestMetrics(this.metrics),
        apiEntry(this.logger, this.admission),
        admit(this.admission, this.logger),
        consoleFiles(this.logger),
      )
      .forRoutes('{*all}');
  }
}
