import pLimit from 'p-limit';
import type { AuditEvent, InstanceId } from '#libs/engine';
import type { EventStore } from '#libs/persistence';

/** Audit events one message carries at most. */
const mostEvents = 500;
/** A console that does not read holds about one message: pages of large events are small. */
const pageBytes = 1024 * 1024;
/** All clients together: one is read while the other is sent. Of the connections everything else needs no more are taken. */
const pagesAtOnce = 2;

/** Events of one instance in order, after a seq. */
export interface StreamPage {
  readonly events: readonly AuditEvent[];
  /** Whether there may be more. */
  readonly isFull: boolean;
  /** So many events like these are about one message. */
  readonly nextSize: number;
}

/** Reads streams for all clients: a few pages at a time, and one that several wait for once. */
export class StreamPages {
  private readonly inTurn = pLimit(pagesAtOnce);
  private readonly reading = new Map<string, Promise<StreamPage>>();

  constructor(private readonly store: Pick<EventStore, 'history'>) {}

  async read(id: InstanceId, after: number, limit: number): Promise<StreamPage> {
    const place = `${id} ${after} ${limit}`;
    const readAnew = (): Promise<StreamPage> => this.reading.get(place) ?? this.readAt(place, id, after, limit);
    const underWay = this.reading.get(place);
    if (underWay === undefined) return readAnew();
    const page = await underWay;
    // one that ends the stream may have been read before the event came for which it is asked now
    return page.isFull ? page : readAnew();
  }

  private readAt(place: string, id: InstanceId, after: number, limit: number): Promise<StreamPage> {
    const page = this.inTurn(async () => {
      const events = await this.store.history(id, after, limit);
      return { events, isFull: events.length === limit, nextSize: nextPageSize(events) };
    });
    this.reading.set(place, page);
    const over = (): void => void this.reading.delete(place);
    page.then(over, over);
    return page;
  }
}

export function nextPageSize(events: readonly AuditEvent[]): number {
  const bytes = events.reduce((sum, { data }) => sum + JSON.stringify(data).length, 0);
  const fitting = Math.floor((pageBytes / (bytes + 1)) * events.length);
  return Math.min(mostEvents, Math.max(1, fitting));
}
