import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { TRANSPORT, type Transport } from '#libs/messaging';
import { HealthRegistry } from '#libs/platform';
import { Ownership } from '../ownership/ownership.js';

/** Ready = has the broker, and its partitions are known. The database is checked by the persistence module. */
@Injectable()
export class OrchestratorHealth implements OnModuleInit {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly ownership: Ownership,
    @Inject(TRANSPORT) private readonly transport: Transport,
  ) {}

  onModuleInit(): void {
    this.registry.register({
      name: 'orchestrator',
      check: () => {
        if (this.transport.state !== 'connected' && this.transport.state !== 'blocked')
          return Promise.reject(new Error(`broker ${this.transport.state}`));
        return Promise.resolve({ partitions: this.ownership.partitions.map((partition) => partition.number) });
      },
    });
  }
}
