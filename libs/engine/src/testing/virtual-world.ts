import { answerToRefused, childEnded } from '../effects/child-answers.js';
import { stepCommand } from '../effects/step-command.js';
import type { InstanceId } from '../model/instance-id.js';
import type { Json } from '../model/json.js';
import { isEnded } from '../model/lifecycle.js';
import type { InboxMessage, LockMessage, Send, StartChild } from '../model/message.js';
import type { ParentRef } from '../model/audit-event.js';
import { echo, planOf, type Worker } from './play.js';
import { VirtualShell } from './virtual-shell.js';

/**
 * Several instances and the keys of their locks, in memory and in virtual time: what they tell one another is handed over in order, each
 * row once.
 */
export class VirtualWorld {
  readonly instances = new Map<string, VirtualShell>();
  /** Grants of locks in order: `<instance>:<path>`. */
  readonly granted: string[] = [];
  private readonly known = new Set<string>();
  /** Epoch ms, the same for all. */
  protected nowMs = 1_000_000;
  private readonly waiting: Send[] = [];
  private readonly taken = new Map<VirtualShell, number>();
  private readonly attached = new Map<string, ParentRef[]>();
  private readonly locks = new Map<string, Extract<LockMessage, { type: 'lockRequest' }>[]>();
  private readonly answered = new Set<string>();
  private made = 0;
  private fences = 0;

  constructor(private readonly definitions: Record<string, object>) {}

  start(name: string, input: Json = {}): VirtualShell {
    return this.create(`01890000-0000-7000-8000-${String((this.made += 1)).padStart(12, '0')}`, name, input);
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

  private create(id: string, name: string, input: Json, parent?: ParentRef, key?: string): VirtualShell {
    const shell = new VirtualShell(planOf({ name, ...this.definitions[name] }), { ids: () => this.nextId() }, id as InstanceId);
    shell.nowMs = this.nowMs;
    this.instances.set(id, shell);
    shell.tell({ type: 'start', input, checksum: 'c', ...(parent && { parent }), ...(key !== undefined && { key }) });
    return shell;
  }

  private nextId(): string {
    return `01890000-0000-7000-8000-${String((this.made += 1)).padStart(12, '0')}`;
  }

  private collect(): void {
    for (const shell of this.instances.values()) {
      const from = this.taken.get(shell) ?? 0;
      this.waiting.push(...shell.sent.slice(from));
      this.taken.set(shell, shell.sent.length);
      if (isEnded(shell.state.status)) this.tellAttached(shell);
    }
  }

  private hand({ to, id, message }: Send): void {
    const row = `${'lock' in to ? to.lock : to.instance} ${id} ${message.type}`;
    if (this.known.has(row)) return;
    this.known.add(row);
    if ('lock' in to) this.lock(to.lock, message as LockMessage);
    else if (message.type === 'startChild') this.startChild(to.instance, message);
    else this.tell(to.instance, id, message as InboxMessage);
  }

  private tell(id: string, messageId: string, message: InboxMessage): void {
    const shell = this.instances.get(id);
    if (shell === undefined) return;
    const decision = shell.tell(message);
    if (!decision.accepted) this.waiting.push(...answerToRefused(shell.state, message, messageId));
  }

  private startChild(id: string, { workflow, input, key, parent }: StartChild): void {
    const { path, token } = parent;
    const answer = (message: InboxMessage): void => {
      this.waiting.push({ to: { instance: parent.instance }, id: `${id}:answer:${message.type}`, message });
    };
    if (this.definitions[workflow] === undefined) {
      const failure = { code: 'DEFINITION_NOT_FOUND', message: `there is no definition "${workflow}"`, retryable: false };
      return answer({ type: 'childRefused', path, token, failure });
    }
    const same = key === undefined ? undefined : this.of(workflow).find((shell) => shell.state.key === key);
    if (same === undefined) {
      this.create(id, workflow, input, parent, key);
      return answer({ type: 'childStarted', path, token, id, version: '1.0.0' });
    }
    answer({ type: 'childStarted', path, token, id: same.id, version: '1.0.0', attached: true });
    this.attached.set(same.id, [...(this.attached.get(same.id) ?? []), parent]);
  }

  private tellAttached(shell: VirtualShell): void {
    for (const parent of this.attached.get(shell.id) ?? [])
      this.waiting.push({
        to: { instance: parent.instance },
        id: `${shell.id}:attached`,
        message: childEnded(shell.state, parent),
      });
    this.attached.delete(shell.id);
  }

  /** The first come holds; the fence grows with every grant. */
  private lock(key: string, message: LockMessage): void {
    const before = this.locks.get(key) ?? [];
    const after =
      message.type === 'lockRequest'
        ? [...before, message]
        : before.filter(({ instance, token }) => instance !== message.instance || token !== message.token);
    this.locks.set(key, after);
    for (const request of after.slice(0, after[0]?.limit ?? 0)) this.grant(key, request);
  }

  private grant(key: string, { instance, path, token }: { instance: string; path: string; token: number }): void {
    const name = `${instance}:${path}`;
    const once = `${key} ${instance} ${token}`;
    if (this.answered.has(once)) return;
    this.answered.add(once);
    this.granted.push(name);
    this.fences += 1;
    this.waiting.push({ to: { instance }, id: once, message: { type: 'lockGranted', path, token, fence: this.fences } });
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
    due.shell.tell({ type: 'wake' });
    return true;
  }

  protected nextClock(): { shell: VirtualShell; at: number } | undefined {
    return [...this.instances.values()]
      .map((shell) => ({ shell, at: shell.dueAt() }))
      .filter((one): one is { shell: VirtualShell; at: number } => one.at !== undefined)
      .sort((a, b) => a.at - b.at)[0];
  }

  /** Never backwards. */
  protected turnTo(nowMs: number): void {
    this.nowMs = Math.max(this.nowMs, nowMs);
    for (const shell of this.instances.values()) shell.nowMs = this.nowMs;
  }
}
