import type { InstanceView } from '#libs/engine';

/** Views most recently used last, within a number of events that were folded into all of them. */
export class ViewCache {
  private readonly views = new Map<string, InstanceView>();
  private weight = 0;

  constructor(private readonly mostEvents: number) {}

  /** 0: it is not here. */
  seqOf(id: string): number {
    return this.views.get(id)?.seq ?? 0;
  }

  take(id: string): InstanceView | undefined {
    const view = this.views.get(id);
    if (this.views.delete(id)) this.weight -= view!.seq;
    return view;
  }

  put(id: string, view: InstanceView): void {
    this.take(id);
    this.views.set(id, view);
    this.weight += view.seq;
    for (const oldest of this.views.keys()) {
      if (this.weight <= this.mostEvents) return;
      this.take(oldest);
    }
  }
}
