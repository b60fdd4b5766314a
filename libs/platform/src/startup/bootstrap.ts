import type { DynamicModule, ForwardReference, INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ConfigError } from '../config/config-error.js';
import { type LoadOptions, loadConfig, unknownVariables } from '../config/load-config.js';
import type { Config } from '../config/variables.js';
import { armCrashPoint } from '../crash-points/crash-point.js';
import { HealthRegistry } from '../health/health-registry.js';
import { startHealthServer } from '../health/health-server.js';
import { withoutPasswords } from '../logging/redaction.js';
import { type RootLogger, UNREADABLE_ERROR } from '../logging/root-logger.js';
import { ServiceLogger } from '../logging/service-logger.js';
import { METRICS, type MetricsRegistry } from '../metrics/metrics.js';
import { PlatformModule, ROOT_LOGGER } from '../platform.module.js';
import { handleEndOfProcess } from './end-of-process.js';
import { checkLifecycles } from './lifecycle-check.js';
import { StartupError } from './startup-error.js';

type Import = Type | DynamicModule | ForwardReference;

export interface Service extends LoadOptions {
  /** Which service this is: `gateway`, `orchestrator`, `worker`, … */
  readonly role: string;
  /** The modules of the service; PlatformModule is there already. */
  readonly modules: (config: Config) => readonly Import[] | Promise<readonly Import[]>;
  /** Makes it serve: `app.listen`, `app.connectMicroservice(…)` and `startAllMicroservices()`, … */
  readonly start: (app: INestApplication, config: Config) => Promise<void>;
  /** After everything of the application is closed: what `modules` opened outside of it. */
  readonly afterClose?: () => Promise<void>;
}

/** Time for connections to close after the grace of the work in flight, ms. */
const closingReserveMs = 5_000;

/**
 * Runs one service as this process: checked configuration, logging, metrics, health port, orderly end. The same for every app.
 * Never rejects: what prevents the start is printed and ends the process (2: configuration, 1: anything else).
 */
export async function bootstrap(service: Service): Promise<void> {
  try {
    await run(service);
  } catch (error) {
    process.stderr.write(`${service.role}: ${explain(error)}\n`);
    await service.afterClose?.().catch(() => undefined);
    process.exit(error instanceof ConfigError ? 2 : 1);
  }
}

async function run(service: Service): Promise<void> {
  checkLifecycles();
  const config = loadConfig(process.env, service);
  armCrashPoint(config);
  const imports = [PlatformModule.forRoot(config, { role: service.role }), ...(await service.modules(config))];
  // Nest's own logger stays silent until ours takes over: what goes wrong before is thrown, and printed once by `bootstrap`.
  const app = await NestFactory.create(
    { module: class Root {}, imports },
    { logger: false, abortOnError: false, bodyParser: false },
  );
  const logger = app.get<RootLogger>(ROOT_LOGGER);
  app.useLogger(app.get(ServiceLogger));
  for (const fault of unknownVariables()) logger.warn({ variable: fault.variable }, fault.message);
  const health = app.get(HealthRegistry);
  const closers: (() => Promise<void>)[] = [() => app.close(), service.afterClose ?? (() => Promise.resolve())];
  const close = async (): Promise<void> => {
    health.drain();
    for (const each of closers) await each();
  };
  handleEndOfProcess({ logger, graceMs: config.shutdownGraceMs + closingReserveMs, close });
  try {
    await service.start(app, config);
    if (config.healthPort !== undefined)
      closers.push((await openHealthPort(config, health, app.get<MetricsRegistry>(METRICS))).close);
  } catch (error) {
    await app.close().catch(() => undefined);
    throw error;
  }
  logger.info({ pid: process.pid }, `${service.role} ready`);
  process.send?.({ type: 'ready' });
}

async function openHealthPort(
  config: Config,
  health: HealthRegistry,
  metrics: MetricsRegistry,
): ReturnType<typeof startHealthServer> {
  return startHealthServer({ port: config.healthPort ?? 0, host: config.healthHost }, health, metrics);
}

/** What a person should read: no stack for faults they can mend. @param error whatever was thrown */
export function explain(error: unknown): string {
  try {
    return explanationOf(error);
  } catch {
    return UNREADABLE_ERROR;
  }
}

function explanationOf(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartupError) return error.message;
  const { code, message, stack, port, address } = (error ?? {}) as Partial<NodeJS.ErrnoException> & {
    port?: number;
    address?: string;
  };
  if (code === 'EADDRINUSE')
    return `port ${port} of ${address} is taken; stop what uses it, or choose another one: PORT=${(port ?? 3000) + 1}`;
  if (code === 'EACCES' && port !== undefined)
    return `port ${port} of ${address} may not be opened by this user; choose one above 1023 with PORT`;
  return withoutPasswords(stack ?? message ?? String(error));
}
