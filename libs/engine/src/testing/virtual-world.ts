import { answerToRefused, childEnded } from '../effects/child-answers.js';
import { stepCommand } from '../effects/step-command.js';
import type { InstanceId } from '../model/instance-id.js';
import type { Json } from '../model/json.js';
import { isEnded } from '../model/lifecycle.js';
import type { InboxMessage, LockMessage, Message, Send, StartChild } from '../model/message.js';
import type { ParentRef } from '../model/audit-event.js';
import type { Plan } from '../model/plan.js';
import { echo, planOf, type Worker } from './play.js';
import { VirtualLocks } from './virtual-locks.js';
import { type ShellOptions, VirtualShell } from './virtual-shell.js';

type StartFacts = Pick<Extract<Message, { type: 'start' }>, 'parent' | 'key' | 'restartOf' | 'priority' | 'paused'>;

/** Of definitions played before: many worlds are made of the same. */
const plans = new WeakMap<object, Plan>();

/**
 * Several instances and the keys of their locks, in memory and in virtual time: what they tell one another is handed over in order, each
 * row once.
 */
export class VirtualWorld {
  readonly instances = new Map<string, VirtualShell>();
  readonly locks = new VirtualLocks();
  /** Rows on their way. */
  protected readonly waiting: Send[] = [];
  private readonly known = new Set<string>();
  /** Epoch ms, the same for all. */
  protected nowMs = 1_000_000;
  private readonly taken = new Map<VirtualShell, number>();
  private readonly attached = new Map<string, ParentRef[]>();
  private readonly refused = new Set<string>();
  private made = 0;

  constructor(
    private readonly definitions: Record<string, object>,
    private readonly options: Omit<ShellOptions, 'ids'> = {},
  ) {}

  /** Grants of locks in order: `<instance>:<path>`. */
  get granted(): readonly string[] {
    return this.locks.granted;
  }

  start(name: string, input: Json = {}, facts: StartFacts = {}): VirtualShell {
    return this.create(this.nextId(), name, input, facts);
  }

  get(id: string): VirtualShell {
    return this.instances.get(id)!;
  }

  /** Instances of a definition, oldest first. */
  of(name: string): VirtualShell[] {
    return [...this.instances.values()].filter((shell) => shell.plan.name === name);
  }

  /**
   * Hands over what waits, answers commands in order, lets time pass: until nothing moves any more.
   * @param act asked before time passes: does somebody outside do something now?
   */
  run(worker: Worker = echo, act: () => boolean = () => false): void {
    for (let round = 0; round < 10_000; round += 1) {
      this.collect();
      const next = this.waiting.shift();
      if (next !== undefined) this.hand(next);
      else if (!this.work(worker) && !act() && !this.passTime()) return;
    }
    throw new Error('expected the world to come to rest');
  }

  /** Hands over what waits, and no more. */
  settle(): void {
    for (this.collect(); this.waiting.length > 0; this.collect()) this.hand(this.waiting.shift()!);
  }

  private create(id: string, name: string, input: Json, facts: StartFacts = {}): VirtualShell {
    const shell = new VirtualShell(this.planFor(name), { ...this.options, ids: () => this.nextId() }, id as InstanceId);
    shell.nowMs = this.nowMs;
    this.instances.set(id, shell);
    shell.tell({ type: 'start', input, checksum: 'c', ...facts });
    return shell;
  }

  private planFor(name: string): Plan {
    const definition = this.definitions[name] ?? {};
    let plan = plans.get(definition);
    if (plan?.name !== name) plans.set(definition, (plan = planOf({ name, ...definition })));
    return plan;
  }

  private nextId(): string {
    return `01890000-0000-7000-8000-${String((this.made += 1)).padStart(12, '0')}`;
  }

  /** Takes up what has been sent since. */
  protected collect(): void {
    for (const shell of this.instances.values()) {
      const from = this.taken.get(shell) ?? 0;
      this.waiting.push(...shell.sent.slice(from));
      this.taken.set(shell, shell.sent.length);
      if (isEnded(shell.state.status)) this.tellAttached(shell);
    }
  }

  /** @returns false when nobody is there yet to take it */
  protected hand(send: Send): boolean {
    const { to, id, message } = send;
    if ('instance' in to && message.type !== 'startChild' && !this.instances.has(to.instance))
      return this.refused.has(to.instance);
    const row = `${'lock' in to ? to.lock : to.instance} ${id} ${message.type}`;
    if (this.known.has(row)) return true;
    this.known.add(row);
    if ('lock' in to) this.waiting.push(...this.locks.take(to.lock, message as LockMessage, this.nowMs));
    else if (message.type === 'startChild') this.startChild(to.instance, message);
    else this.tell(to.instance, id, message as InboxMessage);
    return true;
  }

  private tell(id: string, messageId: string, message: InboxMessage): void {
    const shell = this.get(id);
    const decision = shell.tell(message);
    if (!decision.accepted) this.waiting.push(...answerToRefused(shell.state, message, messageId));
  }

  private startChild(id: string, { workflow, input, key, parent }: StartChild): void {
    const { path, token } = parent;
    const answer = (message: InboxMessage): void => {
      this.waiting.push({ to: { instance: parent.instance }, id: `${id}:answer:${message.type}`, message });
    };
    if (this.definitions[workflow] === undefined) {
      this.refused.add(id);
      const failure = { code: 'DEFINITION_NOT_FOUND', message: `there is no definition "${workflow}"`, retryable: false };
      return answer({ type: 'childRefused', path, token, failure });
    }
    const same = key === undefined ? undefined : this.of(workflow).find((shell) => shell.state.key === key);
    if (same === undefined) {
      this.create(id, workflow, input, { parent, ...(key !== undefined && { key }) });
      return answer({ type: 'childStarted', path, token, id, version: '1.0.0' });
    }
    this.refused.add(id);
    answer({ type: 'childStarted', path, token, id: same.id, version: '1.0.0', attached: true });
    this.attached.set(same.id, [...(this.attached.get(same.id) ?? []), parent]);
  }

  private tellAttached(shell: VirtualShell): void {
    for (const parent of this.attached.get(shell.id) ?? [])
      this.waiting.push({
        to: { instance: parent.instance },
        id: `${shell.id}:attached:${parent.path}:${parent.token}`,
        message: childEnded(shell.state, parent),
      });
    this.attached.delete(shell.id);
  }

  protected work(worker: Worker): boolean {
    for (const shell of this.instances.values()) {
      const command = shell.commands.shift();
      if (command === undefined) continue;
      if (shell.state.step(command.path).token !== command.token) return true;
      const { input, task } = stepCommand(shell.plan, shell.state, command.path);
      const answer = worker(`${shell.plan.name}:${command.path}`, input, task);
      if (answer === 'never') return true;
      if ('output' in answer) shell.complete(command, answer.output);
      else shell.fail(command, answer.code, answer.retryable ?? false);
      return true;
    }
    return false;
  }

  /** Lets the next clock fire. @returns false when there is none */
  protected passTime(): boolean {
    const due = this.nextClock();
    if (due === undefined) return false;
    this.turnTo(due.at);
    due.fire();
    return true;
  }

  protected nextClock(): { fire: () => void; at: number } | undefined {
    const clocks: { fire: () => void; at: number | undefined }[] = [...this.instances.values()].map((shell) => ({
      fire: () => void shell.tell({ type: 'wake' }),
      at: shell.dueAt(),
    }));
    clocks.push({ fire: () => void this.waiting.push(...this.locks.wake(this.nowMs)), at: this.locks.dueAt });
    return clocks.filter((one): one is { fire: () => void; at: number } => one.at !== undefined).sort((a, b) => a.at - b.at)[0];
  }

  /** Never backwards. */
  protected turnTo(nowMs: number): void {
    this.nowMs = Math.max(this.nowMs, nowMs);
    for (const shell of this.instances.values()) shell.nowMs = this.nowMs;
  }
}
