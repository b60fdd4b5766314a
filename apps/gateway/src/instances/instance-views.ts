import { Inject, Injectable } from '@nestjs/common';
import { type AuditEvent, emptyInstanceView, type InstanceId, type InstanceView, type StepView, ViewFold } from '#libs/engine';
import { EVENT_STORE, type EventStore } from '#libs/persistence';
import { withoutPayloads, withPayloads } from './payload-places.js';
import { ViewCache } from './view-cache.js';

const pageSize = 1_000;
/** Events of all that are kept together; steps of that many take some 100 MB (measured). */
const keptEvents = 300_000;

/** Events of an instance, in order. */
export interface EventPage {
  readonly after: number;
  readonly events: readonly AuditEvent[];
  /** There were no more. */
  readonly isLast: boolean;
}

/**
 * Instances folded from their audit events, as far as these go now. Recent ones go on from where they were. They are outlines: of payloads
 * they only know where they are recorded, so that long ones can be kept too.
 */
@Injectable()
export class InstanceViews {
  private readonly recent = new ViewCache(keptEvents);

  constructor(@Inject(EVENT_STORE) private readonly events: EventStore) {}

  /** How far the instance was folded last. */
  knownSeq(id: InstanceId): number {
    return this.recent.seqOf(id);
  }

  /** @param read events that were read already: those after a seq */
  async get(id: InstanceId, read?: EventPage): Promise<InstanceView> {
    const known = this.recent.take(id) ?? emptyInstanceView;
    let fold: ViewFold | undefined;
    // Meanwhile it may have been folded further, or forgotten.
    let page = read && read.after <= known.seq ? read.events.filter(({ seq }) => seq > known.seq) : undefined;
    let isLast = page !== undefined && read?.isLast === true;
    for (let seq = known.seq; ; seq = fold.seq) {
      if (page === undefined) {
        page = await this.events.history(id, seq, pageSize);
        isLast = page.length < pageSize;
      }
      if (page.length > 0) fold = (fold ?? new ViewFold(known)).takeAll(page.map(withoutPayloads));
      if (fold === undefined || isLast) break;
      page = undefined;
    }
    const view = fold?.result() ?? known;
    this.recent.put(id, view);
    return view;
  }

  /** Steps of such a view with their input, output and progress. */
  withPayloads(id: InstanceId, steps: readonly (StepView | undefined)[]): Promise<(StepView | undefined)[]> {
    return withPayloads(this.events, id, steps);
  }
}
