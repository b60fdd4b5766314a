import { openEmits } from '../effects/effects.js';
import type { Json } from '../model/json.js';
import { isEnded } from '../model/lifecycle.js';
import type { Send } from '../model/message.js';
import type { VirtualCommand, VirtualShell } from './virtual-shell.js';
import { VirtualWorld } from './virtual-world.js';

/** A command and the instance it is of. */
export interface Work extends VirtualCommand {
  readonly shell: VirtualShell;
}

/** Instances that end in time whatever the definitions say. */
const instancesAtMost = 40;

/**
 * A world in which nothing happens by itself: rows and completions come late, twice and in any order, as a test wants it. Only what one
 * instance tells another, or a lock, keeps its order: an inbox is read in the order of commits.
 */
export class ChaosWorld extends VirtualWorld {
  private said = 0;

  get shells(): VirtualShell[] {
    return [...this.instances.values()];
  }

  get isFull(): boolean {
    return this.instances.size >= instancesAtMost;
  }

  /** Open commands of all instances. */
  get open(): Work[] {
    return this.shells.flatMap((shell) => shell.openCommands().map((command) => ({ ...command, shell })));
  }

  /** All commands ever sent, those of ended attempts too. */
  get everSent(): Work[] {
    return this.shells.flatMap((shell) => shell.commands.map((command) => ({ ...command, shell })));
  }

  /** Hands over one of the rows on their way. */
  deliver(pick: number): void {
    this.collect();
    if (this.waiting.length === 0) return;
    const index = this.firstLike(pick % this.waiting.length);
    const [row] = this.waiting.splice(index, 1);
    if (!this.hand(row!)) this.waiting.splice(index, 0, row!);
  }

  /** @returns whether anything was handed over */
  deliverAll(): boolean {
    this.collect();
    const rows = this.waiting.splice(0);
    const left = rows.filter((row) => !this.hand(row));
    this.waiting.push(...left);
    this.collect();
    return left.length < rows.length;
  }

  /** An event for one instance, as its door stored it. */
  event(shell: VirtualShell, name: string, payload: Json, path?: string): void {
    const event = { id: `e${(this.said += 1)}`, name, payload, at: this.nowMs };
    this.send(shell.id, { type: 'event', event, ...(path !== undefined && { path }) });
  }

  /** An event by key, for the oldest wait of each instance that asks for it now. @returns how many there are */
  eventByKey(name: string, key: string, payload: Json): number {
    const event = { id: `e${(this.said += 1)}`, name, key, payload, at: this.nowMs };
    const asks = ({ state }: VirtualShell, path: string): boolean => {
      const { wait } = state.step(path);
      return wait?.kind === 'event' && wait.key === key;
    };
    const subscribers = this.shells.flatMap((shell) => {
      const path = [...shell.state.waits.under(name)].find((one) => asks(shell, one));
      return path === undefined ? [] : [{ shell, path }];
    });
    for (const { shell, path } of subscribers) this.send(shell.id, { type: 'event', event, path });
    return subscribers.length;
  }

  /** Does what the open `emit` steps ask for, unless that fails. */
  emit(shell: VirtualShell, isWell = true): boolean {
    const emits = openEmits(shell.state);
    for (const effect of emits) {
      if (effect.kind !== 'emit') continue;
      const { path, token, event } = effect;
      if (isWell) {
        const matched = event?.key === undefined ? null : this.eventByKey(event.name, event.key, event.payload);
        shell.tell({ type: 'emitted', path, token, output: matched === null ? null : { matched, kept: false } });
      } else shell.tell({ type: 'emitFailed', path, token, failure: { code: 'REFUSED', message: 'refused', retryable: false } });
    }
    return emits.length > 0;
  }

  tick(): boolean {
    return this.passTime();
  }

  /** A healthy world: everything is resumed, handed over, done and answered, and clocks fire. @returns whether it came to rest */
  comeToRest(): boolean {
    for (let round = 0; round < 2_000; round += 1) {
      const isMoving = [this.deliverAll(), this.doAll()].includes(true);
      if (!isMoving && (this.shells.every(({ state }) => isEnded(state.status)) || !this.tick())) return true;
    }
    return false;
  }

  private doAll(): boolean {
    let isMoving = false;
    for (const shell of this.shells) {
      if (isEnded(shell.state.status)) continue;
      if (shell.state.pausedAt !== undefined) isMoving = shell.tell({ type: 'resume' }).accepted;
      shell.dispatchQueued();
      for (const command of shell.openCommands()) isMoving = shell.complete(command, { [command.path]: 1 }).accepted || isMoving;
      isMoving = this.emit(shell) || this.answer(shell) || isMoving;
    }
    return isMoving;
  }

  private answer(shell: VirtualShell): boolean {
    let isMoving = false;
    for (const path of [...shell.state.waits.keys()]) {
      const { wait } = shell.state.step(path);
      if (wait?.kind !== 'event') continue;
      for (const name of wait.names) this.event(shell, name, 5, path);
      isMoving = true;
    }
    for (const path of [...shell.state.asks.keys()]) isMoving = this.answerAsk(shell, path) || isMoving;
    return isMoving;
  }

  answerAsk(shell: VirtualShell, path: string, wrong?: Json): boolean {
    const { wait } = shell.state.step(path);
    if (wait?.kind !== 'ask') return false;
    const value = wrong ?? (wait.ask.kind === 'approval' ? 'approved' : 'y');
    return shell.tell({ type: 'answerAsk', name: path, value, by: 'ana' }).accepted;
  }

  private send(instance: string, message: Extract<Send, { to: { instance: string } }>['message']): void {
    this.waiting.push({ to: { instance }, id: `s${(this.said += 1)}`, message });
  }

  /** Of what one instance tells another, or a lock, the first. */
  private firstLike(index: number): number {
    const of = ({ to, id }: Send): string => `${id.split(':', 1)[0]} ${'lock' in to ? to.lock : to.instance}`;
    const wanted = of(this.waiting[index]!);
    return this.waiting.findIndex((row) => of(row) === wanted);
  }
}
