import type { INestApplication } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { NestMicroservice } from '@nestjs/microservices';
import { TaskExceptionFilter } from './task-exception-filter.js';
import { withProviderHandlers } from './provider-handlers.js';
import { TaskStrategy } from './task-strategy.js';

/**
 * Connects the worker of `TaskWorkerModule` as a microservice; after `app.init()`, `app.startAllMicroservices()` makes it serve.
 *
 * It has a configuration of its own: global filters and guards of the HTTP side of the same application do not reach task handlers.
 * @param configure adds global guards, interceptors, pipes and filters of task handlers
 * @throws InvalidHandlerError, DuplicateHandlerError
 */
export function connectTasks(app: INestApplication, configure?: (service: NestMicroservice) => void): void {
  // Handlers are bound only below, when what is global for them is known.
  const service = app.connectMicroservice({ strategy: app.get(TaskStrategy) }, { deferInitialization: true }) as NestMicroservice;
  service.useGlobalFilters(new TaskExceptionFilter());
  configure?.(service);
  withProviderHandlers(app.get(ModulesContainer), () => service.registerListeners());
  service.setIsInitialized(true);
  service.setIsInitHookCalled(true); // the application calls the hooks
}
