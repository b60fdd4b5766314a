import { Injectable } from '@nestjs/common';
import { EventSettlement, LockStore } from '#libs/persistence';
import { Emitter } from './emitter.js';

/** What partitions need for keys: locks, events by key, and what steps emit. */
@Injectable()
export class KeyServices {
  constructor(
    readonly locks: LockStore,
    readonly settlement: EventSettlement,
    readonly emitter: Emitter,
  ) {}
}
