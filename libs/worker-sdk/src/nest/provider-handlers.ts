import { MetadataScanner, type ModulesContainer } from '@nestjs/core';
import { InvalidHandlerError } from '../handlers/task-registry.js';
import { taskMarkOf } from './task-handler.js';

type NestModule = ModulesContainer extends Map<string, infer M> ? M : never;
type Provider = NestModule['providers'] extends Map<unknown, infer P> ? P : never;

const scanner = new MetadataScanner();

/**
 * Runs `bind` while providers with `@TaskHandler` methods stand among the controllers of their modules. Nest binds message handlers of controllers only; so those of plain
 * providers get the very same treatment, with the guards, interceptors, pipes and filters of their own module.
 * @throws InvalidHandlerError for a provider that is made anew for every request
 */
export function withProviderHandlers(modules: ModulesContainer, bind: () => void): void {
  const undo: (() => void)[] = [];
  const seen = new Set<unknown>();
  try {
    for (const module of modules.values()) {
      for (const [token, provider] of module.providers) {
        if (!hasHandlers(provider) || seen.has(provider.instance) || module.controllers.has(token)) continue;
        seen.add(provider.instance);
        module.controllers.set(token, provider as never);
        undo.push(() => module.controllers.delete(token));
      }
    }
    bind();
  } finally {
    for (const each of undo) each();
  }
}

function hasHandlers(provider: Provider): boolean {
  const { metatype } = provider;
  const prototype: unknown = typeof metatype === 'function' && !provider.isAlias ? metatype.prototype : undefined;
  if (typeof prototype !== 'object' || prototype === null) return false;
  const method = scanner.getAllMethodNames(prototype).find((name) => taskMarkOf((prototype as Record<string, unknown>)[name]));
  if (method === undefined) return false;
  if (!provider.isDependencyTreeStatic()) throw requestScoped(provider.name as string, method);
  return provider.instance !== undefined && provider.instance !== null;
}

const requestScoped = (owner: string, method: string): InvalidHandlerError =>
  new InvalidHandlerError(
    `expected ${owner}.${method} in a provider that lives as long as the application, but it is request-scoped: make its class a @Controller()`,
  );
