import { type ChaosFaultItem, chaosQueue, defaultTenant } from '#libs/contracts';
import { encodeEnvelope, type Transport } from '#libs/messaging';

/** A fault as it was injected. */
export type InjectedFault = Pick<ChaosFaultItem, 'kind' | 'target' | 'ms'> &
  Partial<Pick<ChaosFaultItem, 'steps' | 'partitions'>>;

/** Faults told one by one between two sends; more of them are counted together. */
const singly = 20;
const stepsTold = 100;
const itemsAMessage = 200;
const numbersAMs = 1_000;

/** Faults of one run, until a gateway's queue has them. */
export class FaultLog {
  private no: number;
  private singles = 0;
  private waiting: ChaosFaultItem[] = [];
  private alike = new Map<string, ChaosFaultItem>();
  private sending: Promise<void> = Promise.resolve();

  constructor(
    private readonly run: string,
    private readonly service: string,
    private readonly transport: () => Transport | undefined,
    /** Of the run, when this process first heard of it: its numbers begin there, so that a former life under the same name has had others. */
    sinceMs = 0,
  ) {
    this.no = sinceMs * numbersAMs;
  }

  get isEmpty(): boolean {
    return this.waiting.length + this.alike.size === 0;
  }

  /** @param at epoch ms of the database's clock */
  add({ kind, target, ms, steps = [], partitions = [] }: InjectedFault, at: number, isSingle = steps.length > 0): void {
    const key = `${kind}\n${target}`;
    const known = this.alike.get(key);
    const isOneOfMany = !isSingle || this.singles >= singly;
    if (isOneOfMany && known !== undefined) {
      this.alike.set(key, { ...known, count: known.count + 1, ms: Math.max(known.ms ?? 0, ms ?? 0) || null });
      return;
    }
    const item = { no: ++this.no, kind, at: Math.round(at), target, count: 1, ms, steps: steps.slice(0, stepsTold), partitions };
    if (isOneOfMany) this.alike.set(key, item);
    else {
      this.singles += 1;
      this.waiting.push(item);
    }
  }

  /** Sends what there is; what is not confirmed stays for the next time. One after the other. */
  send(): Promise<void> {
    this.sending = this.sending.then(() => this.sendAll());
    return this.sending;
  }

  private async sendAll(): Promise<void> {
    this.waiting.push(...this.alike.values());
    this.alike.clear();
    this.singles = 0;
    const transport = this.transport();
    while (this.waiting.length > 0 && transport?.state === 'connected') {
      const items = this.waiting.slice(0, itemsAMessage);
      const content = encodeEnvelope({
        v: 1,
        tenant: defaultTenant,
        kind: 'chaosFaults',
        run: this.run,
        service: this.service,
        items,
      });
      const message = { exchange: '', routingKey: chaosQueue, mandatory: true, type: 'chaosFaults', content };
      const [outcome] = await transport.publish([message]).catch(() => ['unconfirmed' as const]);
      if (outcome !== 'confirmed') return;
      this.waiting.splice(0, items.length);
    }
  }
}
