import { type BeforeApplicationShutdown, Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { TriggerSource } from '#libs/extension-sdk';
import { HealthRegistry, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { CommandHandler } from '../commands/command-handler.js';
import { Once } from '../http/once.js';
import { SourceContext } from './source-context.js';

/** Injection token of the sources of extensions. */
export const TRIGGER_SOURCES = Symbol('TRIGGER_SOURCES');

/** Runs the trigger sources of extensions, each with doors of its own; one that cannot start shows in the health, and disturbs nobody. */
@Injectable()
export class TriggerSources implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly closing = new AbortController();
  private readonly contexts: readonly SourceContext[];
  private readonly broken = new Map<string, string>();

  constructor(
    @Inject(TRIGGER_SOURCES) private readonly sources: readonly TriggerSource[],
    handler: CommandHandler,
    once: Once,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
    private readonly health: HealthRegistry,
  ) {
    this.contexts = sources.map(
      ({ name }) => new SourceContext(name, handler, once, logger.child({ source: name }), this.closing.signal),
    );
  }

  /** Nothing waits for a source: what it tells first may be much, and its world may be away. */
  onApplicationBootstrap(): void {
    if (this.sources.length === 0) return;
    this.health.register({ name: 'triggers', check: () => this.check() });
    for (const [index, source] of this.sources.entries()) void this.begin(source, this.contexts[index]!);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.closing.abort(new Error('the gateway is closing'));
    await Promise.all(this.sources.map((source) => this.end(source)));
    await Promise.all(this.contexts.map((context) => context.settled()));
  }

  private async begin(source: TriggerSource, context: SourceContext): Promise<void> {
    try {
      await source.start(context);
    } catch (error) {
      if (this.closing.signal.aborted) return;
      this.broken.set(source.name, (error as Error).message);
      this.logger.error({ err: error, source: source.name }, 'a trigger could not start; nothing comes from it');
    }
  }

  private async end(source: TriggerSource): Promise<void> {
    try {
      await source.stop();
    } catch (error) {
      this.logger.warn({ err: error, source: source.name }, 'a trigger could not be stopped');
    }
  }

  private check(): Promise<void> {
    const broken = [...this.broken].map(([name, reason]) => `${name}: ${reason}`);
    return broken.length === 0 ? Promise.resolve() : Promise.reject(new Error(broken.join('; ')));
  }
}
