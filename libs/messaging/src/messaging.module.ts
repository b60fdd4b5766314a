import { type DynamicModule, Inject, Logger, Module, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { createTransport, type TransportOptions } from './create-transport.js';
import type { FaultListener } from './fault.js';
import type { Transport } from './transport.js';

/** Injects the `Transport` of the process. */
export const TRANSPORT = Symbol('TRANSPORT');

/**
 * The one transport of a process, global. It starts connecting when the module starts and does not wait for it: doors stay open
 * while the broker is down. It closes last, in `onApplicationShutdown`.
 */
@Module({})
export class MessagingModule implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Transport');

  constructor(@Inject(TRANSPORT) private readonly transport: Transport) {}

  static forRoot(options: TransportOptions): DynamicModule {
    const logger = new Logger('Transport');
    const onFault: FaultListener = (error, where, severity) => {
      const reason = error instanceof Error ? error : new Error(String(error));
      if (severity === 'error') logger.error(`${where}: ${reason.message}`, reason.stack);
      else logger.warn(`${where}: ${reason.message}`);
    };
    const provider = { provide: TRANSPORT, useFactory: (): Transport => createTransport({ onFault, ...options }) };
    return { module: MessagingModule, global: true, providers: [provider], exports: [provider] };
  }

  async onModuleInit(): Promise<void> {
    this.transport.onState((state) => this.logger.log(`${this.transport.kind} transport is ${state}`));
    const ready = this.transport.connect().then(() => this.transport.declareExchanges());
    // the in-process transport is ready at once, a broker may take as long as it likes
    if (this.transport.kind === 'memory') await ready;
    else ready.catch((error: unknown) => this.logger.warn(`exchanges are not declared yet: ${String(error)}`));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.transport.close();
  }
}
