import { Injectable } from '@nestjs/common';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import { DeadLetterReader } from '../incidents/dead-letter-reader.js';
import { LivePublisher } from '../live/live-publisher.js';
import { LaneKeeper } from '../lanes/lane-keeper.js';
import { Ownership } from './ownership.js';
import { ControlListener } from '../workers/control-listener.js';
import { DatabaseClock } from '../time/database-clock.js';

export const PARTITION_TRANSPORT = Symbol('orquestra.partitions');

/** The orchestrator as a Nest microservice: listening means owning partitions, closing means handing them over. */
@Injectable()
export class PartitionStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = PARTITION_TRANSPORT;

  constructor(
    private readonly clock: DatabaseClock,
    private readonly control: ControlListener,
    private readonly ownership: Ownership,
    private readonly lanes: LaneKeeper,
    private readonly live: LivePublisher,
    private readonly deadLetters: DeadLetterReader,
  ) {
    super();
  }

  listen(callback: (error?: unknown) => void): void {
    this.open().then(() => callback(), callback);
  }

  async close(): Promise<void> {
    await this.deadLetters.stop();
    await this.ownership.stop();
    await this.lanes.stop();
    await this.control.stop();
    this.live.stop();
    this.clock.stop();
  }

  on(): never {
    throw new Error('the partition strategy has no events of its own');
  }

  unwrap<T>(): T {
    return this.ownership as T;
  }

  private async open(): Promise<void> {
    await this.clock.start();
    await this.control.start();
    await this.lanes.start(() => this.ownership.partitions);
    await this.ownership.start();
    this.deadLetters.start();
  }
}
