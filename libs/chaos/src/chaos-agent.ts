import type { ChaosOrder, ChaosService } from '#libs/contracts';
import type { Transport } from '#libs/messaging';
import {
  type Asking,
  type ChaosRunOrder,
  decideItem,
  decideSecond,
  type Hit,
  type ItemFault,
  maySpoil,
  type ServiceFault,
  serviceFaults,
  type Where,
} from './decide.js';
import { FaultLog, type InjectedFault } from './fault-log.js';
import { Gate } from './gate.js';

/** Part of this process that can be killed by itself. */
export interface KillTarget {
  /** Steps that are with it. */
  readonly steps?: () => { readonly instanceId: string; readonly path: string }[];
  readonly partitions?: () => { readonly partition: number; readonly epoch: number; readonly batchNo: number }[];
  /** Attempts it has claimed for itself: were it killed now, some may not be run again. */
  readonly claimed?: () => number;
  /** Loses all it holds in memory, without a goodbye, and begins anew. */
  readonly drop: () => Promise<void>;
}

export interface ChaosAgentOptions extends ChaosService {
  /** Told of every fault. */
  readonly onFault?: (fault: InjectedFault) => void;
  /** Ends the process; default: `process.exit`. */
  readonly exit?: (status: number) => void;
}

interface Active {
  readonly order: ChaosRunOrder;
  /** Monotonic ms at which the run began and ends. */
  readonly beganMs: number;
  readonly endsMs: number;
  readonly log: FaultLog;
  /** Chances so far, by kind of fault. */
  readonly chances: Map<ItemFault, number>;
  second: number;
}

const killed = 137;
/** Between two tries to write down what a process is about to do to itself, ms. */
const lastWordsMs = 20;

/** Injects the faults of the present run into this process. What is hit asks here; the answers are those of `decide`. */
export class ChaosAgent implements Asking {
  readonly inbound = new Gate();
  readonly outbound = new Gate();
  readonly database = new Gate();
  /** Connections to PostgreSQL. */
  readonly sockets = new Set<{ destroy(error: Error): void }>();
  /** The one beneath the faults. */
  transport: Transport | undefined;
  /** Told of every fault; metrics come later than the first connections. */
  onFault: (fault: InjectedFault) => void;
  private readonly targets = new Map<'killWorker' | 'killOrchestrator', KillTarget>();
  private active: Active | undefined;
  /** `now` of an order. */
  private lastHeard = -Infinity;
  private clock = { now: Date.now(), atMs: performance.now() };

  constructor(private readonly options: ChaosAgentOptions) {
    this.onFault = options.onFault ?? (() => undefined);
  }

  get id(): string {
    return this.options.id;
  }

  get roles(): readonly string[] {
    return this.options.roles;
  }

  get service(): ChaosService {
    const { id, roles, kill } = this.options;
    return { id, roles, kill };
  }

  /** Of the present run, if there is one. */
  get mayFailInstances(): boolean {
    return this.active?.order.mayFailInstances ?? false;
  }

  /** Messages are to be looked into for the definitions they are about. */
  get needsDefinitions(): boolean {
    return (this.active?.order.scope.definitions?.length ?? 0) > 0;
  }

  get isOn(): boolean {
    return this.active !== undefined && performance.now() < this.active.endsMs;
  }

  register(fault: 'killWorker' | 'killOrchestrator', target: KillTarget): void {
    this.targets.set(fault, target);
  }

  /** By the database's clock, epoch ms, as far as it is known. */
  get now(): number {
    return this.clock.now + performance.now() - this.clock.atMs;
  }

  /** An end is always heard. Orders may overtake each other: one to inject that is older than the last one heard begins nothing again. */
  hear({ run, now }: Pick<ChaosOrder, 'run' | 'now'>): void {
    if (run !== null && now < this.lastHeard) return;
    this.lastHeard = now;
    const nowMs = performance.now();
    this.clock = { now, atMs: nowMs };
    if (run === null) return this.stop();
    const before = this.active?.order.id === run.id ? this.active : undefined;
    if (before === undefined) this.stop();
    this.active = {
      order: run,
      beganMs: nowMs - run.elapsedMs,
      endsMs: nowMs + run.leftMs,
      log: before?.log ?? new FaultLog(run.id, this.id, () => this.transport, run.elapsedMs),
      chances: before?.chances ?? new Map<ItemFault, number>(),
      second: before?.second ?? Math.floor(run.elapsedMs / 1_000), // one that is just killed and back again is not killed by the same second
    };
  }

  /** Ends all faults at once; what was injected is still told. */
  stop(): void {
    const { active } = this;
    this.active = undefined;
    for (const gate of [this.inbound, this.outbound, this.database]) gate.open();
    void active?.log.send();
  }

  /**
   * Is this one hit?
   * @param attempt of a step: one that was failed too often already is left alone
   */
  hit(kind: ItemFault, where: Where = {}, attempt = 1): Hit | undefined {
    const { active } = this;
    if (active === undefined || !this.isOn) return undefined;
    const nth = active.chances.get(kind) ?? 0;
    active.chances.set(kind, nth + 1);
    const found = decideItem(active.order, this, kind, nth, where);
    return found !== undefined && maySpoil(attempt) ? found : undefined;
  }

  record(fault: InjectedFault, isSingle?: boolean): void {
    this.onFault(fault);
    this.active?.log.add(fault, this.now, isSingle);
  }

  /** Several times a second: faults that come by time, and what has to be told. */
  async tick(): Promise<void> {
    const { active } = this;
    if (active === undefined) return;
    if (!this.isOn) return this.stop();
    const second = Math.floor((performance.now() - active.beganMs) / 1_000);
    if (second > active.second) {
      active.second = second;
      for (const kind of serviceFaults) {
        const found = decideSecond(active.order, this, kind, second);
        if (found !== undefined) await this.strike(kind, found.ms);
      }
    }
    await active.log.send();
  }

  private async strike(kind: ServiceFault, ms: number): Promise<void> {
    const { id } = this.options;
    if (kind === 'killWorker' || kind === 'killOrchestrator') return this.kill(kind);
    if (kind === 'cutDatabase') {
      if (this.sockets.size === 0) return;
      this.record({ kind, target: `${id} – database`, ms }, true);
      this.database.close(ms);
      for (const socket of this.sockets) socket.destroy(new Error('the connection was cut by chaos mode'));
      return;
    }
    const worker = this.targets.get('killWorker');
    if (!this.maySacrifice(worker)) return;
    this.record({ kind, target: `${id} – broker`, ms, steps: worker?.steps?.() }, true);
    if (kind !== 'cutBrokerOut') this.inbound.close(ms);
    if (kind !== 'cutBrokerIn') this.outbound.close(ms);
    if (kind === 'cutBroker') this.transport?.loseConnection?.(ms);
  }

  private async kill(kind: 'killWorker' | 'killOrchestrator'): Promise<void> {
    const target = this.targets.get(kind);
    const log = this.active?.log;
    if (target === undefined || log === undefined || !this.maySacrifice(target)) return;
    this.record({ kind, target: this.id, ms: null, steps: target.steps?.(), partitions: target.partitions?.() }, true);
    if (this.options.kill === 'memory') return target.drop();
    await log.send();
    // The broker may be cut off, and while the fault is told an attempt may be claimed: between the last look and the end nothing may happen.
    while (!log.isEmpty || !this.maySacrifice(target)) {
      if (!this.isOn) return;
      await new Promise((resolve) => setTimeout(resolve, lastWordsMs));
      await log.send();
    }
    (this.options.exit ?? ((status) => process.exit(status)))(killed);
  }

  /** A claimed attempt that loses its worker may end its instance otherwise. */
  private maySacrifice(target: KillTarget | undefined): boolean {
    return this.mayFailInstances || (target?.claimed?.() ?? 0) === 0;
  }
}
