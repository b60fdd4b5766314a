import { Inject, Injectable } from '@nestjs/common';
import type { PartitionList } from '#libs/contracts';
import { LEASE_STORE, type LeaseStore } from '#libs/persistence';
import { CONFIG, type Config } from '#libs/platform';
import { toIsoOrNull } from '../http/times.js';
import { LiveFeed } from '../live/live-feed.js';

/** Partitions, who owns them, and what their owners last told of the work in them. */
@Injectable()
export class PartitionOwners {
  constructor(
    private readonly feed: LiveFeed,
    @Inject(LEASE_STORE) private readonly leases: LeaseStore,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async list(): Promise<PartitionList> {
    const [rows, alive] = await Promise.all([this.leases.list(this.config.topology), this.leases.alive()]);
    const items = rows.map(({ expiresAt, ownedSince, renewedAt, ...row }) => ({
      ...row,
      expiresAt: toIsoOrNull(expiresAt),
      ownedSince: toIsoOrNull(ownedSince),
      renewedAt: toIsoOrNull(renewedAt),
      ...this.feed.board.ofPartition(row.partition),
    }));
    const orchestrators = alive.map(({ startedAt, ...one }) => ({
      ...one,
      startedAt: toIsoOrNull(startedAt),
      partitions: rows.filter(({ owner }) => owner === one.id).length,
    }));
    return { items, next: null, orchestrators };
  }
}
