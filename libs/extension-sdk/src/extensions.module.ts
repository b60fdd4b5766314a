import { type DynamicModule, Inject, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { HealthRegistry, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import type { Extension } from './extension.js';
import { describeExtensions } from './load-extensions.js';

const EXTENSIONS = Symbol('EXTENSIONS');

/** Shows in logs and health what was loaded, and closes it last. Needs PlatformModule. */
@Module({})
export class ExtensionsModule implements OnModuleInit, OnApplicationShutdown {
  constructor(
    @Inject(EXTENSIONS) private readonly extensions: readonly Extension[],
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
    private readonly health: HealthRegistry,
  ) {}

  static forRoot(extensions: readonly Extension[]): DynamicModule {
    return { module: ExtensionsModule, providers: [{ provide: EXTENSIONS, useValue: extensions }] };
  }

  onModuleInit(): void {
    if (this.extensions.length === 0) return;
    const loaded = describeExtensions(this.extensions);
    this.logger.info({ extensions: loaded }, 'extensions loaded');
    this.health.register({ name: 'extensions', check: () => Promise.resolve({ reason: loaded }) });
  }

  async onApplicationShutdown(): Promise<void> {
    for (const extension of this.extensions)
      await extension
        .close?.()
        .catch((error: unknown) =>
          this.logger.warn({ err: error, extension: extension.name }, 'an extension could not be closed'),
        );
  }
}
