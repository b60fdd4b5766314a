import { setTimeout as pause } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { z } from 'zod';
import { type Feed, type feedItemSchema, type feedQuerySchema, lifecycleTypeOf } from '#libs/contracts';
import { lifecycleKinds, lifecycleKind, type LifecycleType } from '#libs/engine';
import {
  FeedGone,
  type FeedPage,
  type FeedPosition,
  FeedQueries,
  type FeedRow,
  readPosition,
  writePosition,
} from '#libs/persistence';
import { CONFIG, type Config } from '#libs/platform';
import { stepAside } from '../admission/passes.js';
import { ApiProblem, fault } from '../http/api-problem.js';
import { toIso } from '../http/times.js';

type Query = z.output<typeof feedQuerySchema>;

/** A waiting reader looks again this often, ms. */
const lookMs = 200;
/** Stretches of the journal that tell nothing are passed over for so long, ms; then the answer says how far it came. */
const passOverMs = 2_000;

/** The feed as other systems read it. */
@Injectable()
export class FeedReader {
  constructor(
    private readonly feed: FeedQueries,
    @Inject(CONFIG) private readonly config: Pick<Config, 'topology' | 'partitions'>,
  ) {}

  /** @throws ApiProblem FEED_GONE, PARTITION_NOT_FOUND, PARAMETER_INVALID */
  async page({ partition, after, limit, wait, all }: Query, gone: AbortSignal): Promise<Feed> {
    const from = await this.position(partition, after);
    const startedAt = performance.now();
    const reading = { partition, limit, isAll: all };
    for (let at = from; ;) {
      const page = await this.read(at, reading);
      at = page.next;
      const tookMs = performance.now() - startedAt;
      const isOver = page.isEnd ? tookMs >= wait || gone.aborted : tookMs >= Math.max(wait, passOverMs);
      if (page.rows.length > 0 || isOver) return this.present(partition, page);
      if (page.isEnd && !stepAside()) return this.present(partition, page);
      if (page.isEnd) await pause(Math.min(lookMs, wait - tookMs), undefined, { signal: gone }).catch(() => undefined);
    }
  }

  private async position(partition: number, after: string | undefined): Promise<FeedPosition> {
    const { topology, partitions } = this.config;
    const known = after === undefined ? undefined : readPosition(after);
    if (after !== undefined && known === undefined) throw invalidCursor();
    if ((known?.topology ?? topology) === topology && partition >= partitions)
      throw new ApiProblem('PARTITION_NOT_FOUND', `expected a partition from 0 to ${partitions - 1}, but was ${partition}`);
    return known ?? (await this.feed.start(topology, partition));
  }

  private async read(at: FeedPosition, reading: { partition: number; limit: number; isAll: boolean }): Promise<FeedPage> {
    try {
      const page = await this.feed.read(at, reading);
      if (!page.isEnd || at.topology === this.config.topology) return page;
    } catch (error) {
      if (!(error instanceof FeedGone)) throw error;
      throw goneProblem(error.message);
    }
    throw goneProblem('the partitions were laid out anew, and all that was told before has been read');
  }

  private present(partition: number, { rows, next, isEnd }: FeedPage): Feed {
    return { partition, partitions: this.config.partitions, items: rows.map(presentRow), next: writePosition(next), end: isEnd };
  }
}

function presentRow({
  position,
  instance,
  seq,
  type,
  path,
  at,
  definition,
  version,
  key,
}: FeedRow): z.output<typeof feedItemSchema> {
  const kind = type in lifecycleKinds ? lifecycleKind(type as LifecycleType) : undefined;
  return {
    cursor: writePosition(position),
    instance,
    seq,
    type: kind === undefined ? `dev.orquestrax.audit.${type}.v1` : lifecycleTypeOf(kind.name),
    event: kind?.name ?? type,
    severity: kind?.severity ?? 'info',
    path,
    ...{ definition, version, key },
    at: toIso(at),
  };
}

const gapHint = 'read what you need of the instances, then begin without `after`: the oldest that is kept comes first';

const goneProblem = (message: string): ApiProblem =>
  new ApiProblem('FEED_GONE', message, { errors: [fault('FEED_GONE', 'after', message, gapHint)] });

function invalidCursor(): ApiProblem {
  const message = 'expected `next` of a page of the feed, but was another text';
  return new ApiProblem('PARAMETER_INVALID', message, { errors: [fault('CURSOR_INVALID', 'after', message)] });
}
