import {
  FeedGone,
  type FeedPage,
  type FeedPosition,
  type FeedQueries,
  type NewDelivery,
  type WebhookCursor,
  type WebhookQueue,
  writePosition,
} from '#libs/persistence';
import { crashPoint } from '#libs/platform';
import { fitsWebhook } from './fits-webhook.js';
import type { WebhookLine } from './webhook-line.js';

interface Place {
  readonly topology: number;
  readonly partition: number;
}

export interface FillerServices {
  readonly feed: FeedQueries;
  readonly queue: WebhookQueue;
  readonly topology: number;
  readonly onMissed: (line: WebhookLine, what: string) => void;
}

const readAtOnce = 500;
/** Pages of a partition before the others have their turn again. */
const roundsAtOnce = 20;
const keyOf = ({ topology, partition }: Place): string => `${topology}.${partition}`;

/**
 * Makes deliveries of what the feed tells. Each webhook has a cursor a partition, which moves together with the rows it leads to: so nothing is
 * missed, whoever was down. Webhooks that have read equally far, which is nearly always all of them, share a reading.
 */
export class WebhookFiller {
  constructor(private readonly services: FillerServices) {}

  /** Reads on as far as the feed goes now, for lines that can take more. */
  async fill(lines: readonly WebhookLine[]): Promise<void> {
    const ends = await this.services.feed.ends(topologiesOf(lines, this.services.topology));
    for (const end of ends) {
      for (let round = 0; round < roundsAtOnce; round += 1) {
        const behind = lines.filter((line) => line.room > 0 && this.positionOf(line, end).batchNo <= end.newest);
        const groups = Map.groupBy(behind, (line) => writePosition(this.positionOf(line, end)));
        if (groups.size === 0) break;
        for (const group of groups.values()) await this.advance(group, end);
      }
    }
  }

  /** A partition that came after the webhook is read from its beginning. */
  private positionOf(line: WebhookLine, place: Place): FeedPosition {
    return line.cursors.get(keyOf(place)) ?? { topology: place.topology, batchNo: 1, place: 0, seq: 0 };
  }

  private async advance(lines: readonly WebhookLine[], place: Place): Promise<void> {
    const page = await this.read(lines, place);
    const deliveries = lines.map((line) => deliveriesOf(line, page));
    const cursors = lines.map((line): WebhookCursor => ({
      ...page.next,
      webhookId: line.webhook.id,
      partition: place.partition,
    }));
    await this.services.queue.fill(deliveries.flat(), cursors);
    if (deliveries.some((each) => each.length > 0)) crashPoint('webhook.filled');
    lines.forEach((line, index) => {
      line.cursors.set(keyOf(place), page.next);
      line.room -= deliveries[index]!.length;
      if (deliveries[index]!.length > 0) line.nudge();
    });
  }

  /** What was swept before it was read is missed, and said to be. */
  private async read(lines: readonly WebhookLine[], place: Place): Promise<FeedPage> {
    const { feed, onMissed } = this.services;
    const reading = { partition: place.partition, limit: readAtOnce };
    const from = this.positionOf(lines[0]!, place);
    try {
      return await feed.read(from, reading);
    } catch (error) {
      if (!(error instanceof FeedGone)) throw error;
      if (from.batchNo > 1)
        for (const line of lines) onMissed(line, `events of partition ${place.partition} were missed: ${error.message}`);
      return { rows: [], next: await feed.start(place.topology, place.partition), isEnd: false };
    }
  }
}

function topologiesOf(lines: readonly WebhookLine[], topology: number): number[] {
  const all = lines.flatMap((line) => [...line.cursors.values()].map((position) => position.topology));
  return [...new Set([topology, ...all])];
}

function deliveriesOf({ webhook }: WebhookLine, { rows }: FeedPage): NewDelivery[] {
  return rows.flatMap((row) => {
    const event = fitsWebhook(webhook, row);
    return event === undefined ? [] : [{ webhookId: webhook.id, instanceId: row.instance, seq: row.seq, event }];
  });
}
