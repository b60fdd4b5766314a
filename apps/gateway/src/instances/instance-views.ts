import { Inject, Injectable } from '@nestjs/common';
import { emptyInstanceView, foldInstanceView, type InstanceId, type InstanceView } from '#libs/engine';
import { EVENT_STORE, type EventStore } from '#libs/persistence';

const pageSize = 1_000;
/** Views kept, and the longest log a kept view may have: a view holds every payload of its instance. */
const capacity = 50;
const keptUpTo = 2_000;

/** Instances folded from their audit events, as far as these go now. Recent ones go on from where they were. */
@Injectable()
export class InstanceViews {
  private readonly recent = new Map<string, InstanceView>();

  constructor(@Inject(EVENT_STORE) private readonly events: EventStore) {}

  async get(id: InstanceId): Promise<InstanceView> {
    let view = this.recent.get(id) ?? emptyInstanceView;
    this.recent.delete(id);
    for (;;) {
      const page = await this.events.history(id, view.seq, pageSize);
      view = foldInstanceView(view, page);
      if (page.length < pageSize) break;
    }
    if (view.seq <= keptUpTo) this.keep(id, view);
    return view;
  }

  private keep(id: string, view: InstanceView): void {
    this.recent.set(id, view);
    const [oldest] = this.recent.keys();
    if (this.recent.size > capacity && oldest !== undefined) this.recent.delete(oldest);
  }
}
