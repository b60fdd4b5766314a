import { Inject, Injectable } from '@nestjs/common';
import { emptyInstanceView, type InstanceId, type InstanceView, type StepView, ViewFold } from '#libs/engine';
import { EVENT_STORE, type EventStore } from '#libs/persistence';
import { withoutPayloads, withPayloads } from './payload-places.js';
import { ViewCache } from './view-cache.js';

const pageSize = 1_000;
/** Events of all that are kept together; steps of that many take some 100 MB (measured). */
const keptEvents = 300_000;

/**
 * Instances folded from their audit events, as far as these go now. Recent ones go on from where they were. They are outlines: of payloads
 * they only know where they are recorded, so that long ones can be kept too.
 */
@Injectable()
export class InstanceViews {
  private readonly recent = new ViewCache(keptEvents);

  constructor(@Inject(EVENT_STORE) private readonly events: EventStore) {}

  async get(id: InstanceId): Promise<InstanceView> {
    const known = this.recent.take(id) ?? emptyInstanceView;
    let fold: ViewFold | undefined;
    for (let seq = known.seq; ; seq = fold.seq) {
      const page = await this.events.history(id, seq, pageSize);
      if (page.length > 0) fold = (fold ?? new ViewFold(known)).takeAll(page.map(withoutPayloads));
      if (fold === undefined || page.length < pageSize) break;
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
