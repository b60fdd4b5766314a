import type { Socket } from 'node:net';
import type { DynamicModule } from '@nestjs/common';
import { Inject, Injectable, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Counter } from 'prom-client';
import { createTransport, type TransportOptions } from '#libs/messaging';
import { type Config, METRICS, type MetricsRegistry, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import type { RegisteredTask } from '#libs/worker-sdk';
import { ChaosAgent } from './chaos-agent.js';
import { withFaults } from './chaos-handlers.js';
import { ChaosLink } from './chaos-link.js';
import { ChaosSocket } from './chaos-socket.js';
import { ChaosTransport } from './chaos-transport.js';

/** What injects faults into this process, for `register`; and `ChaosLink` beside it. Both are there only when chaos is allowed. */
export const CHAOS_AGENT = Symbol('CHAOS_AGENT');
export const CHAOS_LINK = Symbol('CHAOS_LINK');

/** Everything a service needs for chaos mode: put around its ports before it starts. */
export interface Chaos {
  readonly agent: ChaosAgent;
  readonly module: DynamicModule;
  readonly transport: (options: TransportOptions) => TransportOptions;
  readonly socket: () => Socket;
  readonly handler: (handler: RegisteredTask) => RegisteredTask;
}

/** @returns undefined unless chaos is allowed: then nothing stands between a service and its ports */
export function chaosFor(
  config: Pick<Config, 'chaosAllowed' | 'nodeId' | 'supervised'>,
  roles: readonly string[],
): Chaos | undefined {
  if (!config.chaosAllowed) return undefined;
  const agent = new ChaosAgent({ id: config.nodeId, roles: [...roles], kill: config.supervised ? 'process' : 'memory' });
  return {
    agent,
    module: ChaosModule.forRoot(agent),
    transport: (inner) => ({
      kind: 'extension',
      create: (own) => new ChaosTransport(createTransport({ ...inner, ...own }), agent),
    }),
    socket: () => new ChaosSocket(agent),
    handler: (handler) => withFaults(agent, handler),
  };
}

/** Faults in metrics and logs, and the link while the application runs. */
@Injectable()
class ChaosLife implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(CHAOS_AGENT) private readonly agent: ChaosAgent,
    @Inject(CHAOS_LINK) private readonly link: ChaosLink,
    @Inject(METRICS) metrics: MetricsRegistry,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
  ) {
    const injected = new Counter({
      name: 'orquestrax_chaos_faults_total',
      help: 'Faults injected by chaos mode.',
      labelNames: ['kind'],
      registers: [metrics],
    });
    agent.onFault = ({ kind, target, ms }) => {
      injected.inc({ kind });
      logger.debug({ kind, target, ms }, 'fault injected');
    };
  }

  onApplicationBootstrap(): void {
    this.logger.warn({ service: this.agent.id }, 'chaos mode is allowed: whoever reaches the gateway may enable it');
    this.link.start();
  }

  onApplicationShutdown(): void {
    this.link.stop();
  }
}

@Module({})
class ChaosModule {
  static forRoot(agent: ChaosAgent): DynamicModule {
    return {
      module: ChaosModule,
      global: true,
      providers: [
        { provide: CHAOS_AGENT, useValue: agent },
        {
          provide: CHAOS_LINK,
          inject: [ROOT_LOGGER],
          useFactory: (logger: RootLogger) => new ChaosLink(agent, (message) => logger.warn(message)),
        },
        ChaosLife,
      ],
      exports: [CHAOS_AGENT, CHAOS_LINK],
    };
  }
}
