import { type DynamicModule, Global, Module } from '@nestjs/common';
import { LoggerModule } from 'nestjs-pino';
import type { DestinationStream } from 'pino';
import type { Config } from './config/variables.js';
import { HealthRegistry } from './health/health-registry.js';
import { httpLogging } from './logging/http-logging.js';
import { createRootLogger } from './logging/root-logger.js';
import { ServiceLogger } from './logging/service-logger.js';
import { createMetrics, METRICS } from './metrics/metrics.js';

/** Injection token of the checked `Config`. */
export const CONFIG = Symbol('CONFIG');
/** Injection token of the pino logger of the process (`RootLogger`); make children of it with `LogFields`. */
export const ROOT_LOGGER = Symbol('ROOT_LOGGER');

export interface PlatformOptions {
  /** Which service this is, in logs and metrics. */
  readonly role?: string;
  /** Where log lines go; default: standard output. */
  readonly logStream?: DestinationStream;
}

/** What every service has: CONFIG, ROOT_LOGGER (and Nest's `Logger` behind it), METRICS, HealthRegistry. Global. */
@Global()
@Module({})
export class PlatformModule {
  static forRoot(config: Config, options: PlatformOptions = {}): DynamicModule {
    const role = options.role ?? 'orquestrax';
    const logger = createRootLogger(config, role, options.logStream);
    return {
      module: PlatformModule,
      imports: [LoggerModule.forRoot({ pinoHttp: httpLogging(logger) })],
      providers: [
        ServiceLogger,
        { provide: CONFIG, useValue: config },
        { provide: ROOT_LOGGER, useValue: logger },
        { provide: METRICS, useValue: createMetrics(role) },
        { provide: HealthRegistry, useValue: new HealthRegistry() },
      ],
      exports: [CONFIG, ROOT_LOGGER, METRICS, HealthRegistry, LoggerModule, ServiceLogger],
    };
  }
}
