import type { InstanceDelta, InstancesFilter, InstanceSummary, LiveInstance, TopicMessage } from '#libs/contracts';
import { fromDelta } from '../instances/present-instance.js';
import type { HeadsFeed } from './heads-feed.js';
import type { ListTopic, Outlet } from './topic.js';

/** Changes one message carries. */
const maxChanged = 500;
/** Changes kept until the client may have its next message; older facts of the same instance are replaced. */
const maxKept = 5_000;

export interface InstancesTopicOptions {
  readonly ref: string;
  readonly filter: InstancesFilter;
  readonly outlet: Outlet;
  readonly heads: Pick<HeadsFeed, 'add'>;
  /** Newest first. */
  readonly load: () => Promise<InstanceSummary[]>;
}

/** `instances`: a page of the newest, then the latest state of whatever changes. */
export class InstancesTopic implements ListTopic {
  private seq = 0;
  private changed = new Map<string, LiveInstance>();
  private more = 0;
  private needsSnapshot = false;
  private end: (() => void) | undefined;

  constructor(private readonly options: InstancesTopicOptions) {}

  async start(): Promise<void> {
    // Listening begins before the rows are read, so that nothing falls between; clients ignore what is older than they know.
    const listening = this.options.heads.add({ hear: (heads) => this.hear(heads), missed: () => this.missed() });
    this.end = listening.stop;
    await listening.ready;
    const snapshot = await this.snapshot();
    if (!this.options.outlet.send(snapshot)) this.needsSnapshot = true;
  }

  stop(): void {
    this.end?.();
    this.changed.clear();
  }

  forget(): void {
    this.needsSnapshot = true;
    this.changed.clear();
    this.more = 0;
  }

  resume(): void {
    if (this.needsSnapshot) this.options.outlet.listChanged(this);
  }

  async take(): Promise<TopicMessage | undefined> {
    if (this.needsSnapshot) {
      this.needsSnapshot = false; // before it is read: what is heard from now on comes after it
      return this.snapshot().catch((error: unknown) => {
        this.needsSnapshot = true; // tried again by the session
        throw error;
      });
    }
    if (this.changed.size === 0) return undefined;
    const changed = [...this.changed.values()];
    const more = this.more + Math.max(0, changed.length - maxChanged);
    this.changed.clear();
    this.more = 0;
    return {
      type: 'delta',
      topic: 'instances',
      ref: this.options.ref,
      seq: ++this.seq,
      changed: changed.slice(-maxChanged),
      more,
    };
  }

  private async snapshot(): Promise<TopicMessage> {
    const items = await this.options.load();
    return { type: 'snapshot', topic: 'instances', ref: this.options.ref, seq: ++this.seq, items };
  }

  private hear(heads: readonly InstanceDelta[]): void {
    const wanted = heads.filter((head) => fits(this.options.filter, head));
    if (wanted.length === 0) return;
    if (!this.needsSnapshot) for (const head of wanted) this.keep(head);
    this.options.outlet.listChanged(this);
  }

  private missed(): void {
    this.forget();
    this.options.outlet.listChanged(this);
  }

  private keep(head: InstanceDelta): void {
    const known = this.changed.get(head.id);
    if (known && known.seq > head.seq) return;
    if (!known && this.changed.size >= maxKept) this.more += 1;
    else this.changed.set(head.id, fromDelta(head));
  }
}

/** Immutable facts only: a client must see instances leave its statuses. */
function fits({ definition, version, key }: InstancesFilter, head: InstanceDelta): boolean {
  if (definition && !definition.includes(head.definition)) return false;
  if (version && !version.includes(head.version)) return false;
  return key === undefined || head.key === key;
}
