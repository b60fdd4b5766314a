import { displaced, grantLocks } from '../locks/grant-locks.js';
import type { InboxMessage, LockMessage, Send } from '../model/message.js';

type Request = Extract<LockMessage, { type: 'lockRequest' }>;

interface Holder extends Request {
  /** Of a permit that is used: when it comes back, epoch ms. */
  readonly freeAt?: number;
}

interface Key {
  readonly held: readonly Holder[];
  readonly waiting: readonly Request[];
}

const isHeld = ({ freeAt = Infinity }: Holder, nowMs: number): boolean => freeAt > nowMs;
const freeAtOf = ({ held }: Key): number => Math.min(...held.map(({ freeAt = Infinity }) => freeAt));

/** The actors of the keys of locks and limits, in memory: the first come holds, and the fence grows with every grant. */
export class VirtualLocks {
  /** In order: `<instance>:<path>`. */
  readonly granted: string[] = [];
  private readonly keys = new Map<string, Key>();
  private readonly told = new Set<string>();
  private fences = 0;

  /** Those who hold a key, of all keys; permits that are used come back by themselves. */
  get held(): Request[] {
    return [...this.keys.values()].flatMap(({ held }) => held.filter(({ freeAt }) => freeAt === undefined));
  }

  /** When the next permit comes back for somebody who waits. */
  get dueAt(): number | undefined {
    const dueAt = Math.min(...[...this.keys.values()].filter(({ waiting }) => waiting.length > 0).map(freeAtOf));
    return dueAt === Infinity ? undefined : dueAt;
  }

  /** @returns what it leads to */
  take(key: string, message: LockMessage, nowMs: number): Send[] {
    const isOther = ({ instance, token }: Request): boolean => instance !== message.instance || token !== message.token;
    const { held, waiting } = this.keys.get(key) ?? { held: [], waiting: [] };
    if (message.type === 'lockRequest') return this.turn(key, { held, waiting: [...waiting, message] }, nowMs);
    if (message.type === 'lockRelease')
      return this.turn(key, { held: held.filter(isOther), waiting: waiting.filter(isOther) }, nowMs);
    const used = held.map((one) => (isOther(one) ? one : { ...one, freeAt: nowMs + message.windowMs }));
    return this.turn(key, { held: used, waiting }, nowMs);
  }

  /** Permits have come back. @returns what it leads to */
  wake(nowMs: number): Send[] {
    return [...this.keys].filter(([, own]) => freeAtOf(own) <= nowMs).flatMap(([key, own]) => this.turn(key, own, nowMs));
  }

  private turn(key: string, { held: before, waiting: all }: Key, nowMs: number): Send[] {
    const held = before.filter((one) => isHeld(one, nowMs));
    const gone = this.displace(key, [...held, ...all]);
    const waiting = all
      .filter(({ instance }) => !this.told.has(`${key} ${instance}`))
      .sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
    const next = grantLocks({ count: held.length, limit: Math.min(...held.map(({ limit }) => limit)) }, waiting);
    const isRefused = (one: Request): boolean => one.onLimit === 'reject' && !next.includes(one);
    const left = all.filter((one) => !next.includes(one) && !isRefused(one));
    this.keys.set(key, { held: [...held, ...next], waiting: left });
    const refused = waiting.filter(isRefused).map((one) => answer(key, one, { type: 'limitRefused', token: one.token }));
    return [...gone, ...next.map((request) => this.grant(key, request)), ...refused];
  }

  private displace(key: string, requests: readonly Request[]): Send[] {
    const those = requests.filter(({ onLimit, instance }) => onLimit === 'cancelOldest' && !this.told.has(`${key} ${instance}`));
    const inOrder = those.sort((a, b) => (a.instance < b.instance ? -1 : 1)); // ids grow with time
    return displaced(inOrder).map((request) => {
      this.told.add(`${key} ${request.instance}`);
      return answer(key, request, { type: 'cancel', reason: `displaced by ${inOrder.at(-1)!.instance}` });
    });
  }

  private grant(key: string, request: Request): Send {
    const { instance, path, token, limitKind } = request;
    this.fences += 1;
    this.granted.push(`${instance}:${path}`);
    const fence = this.fences;
    return answer(key, request, limitKind ? { type: 'limitGranted', token, fence } : { type: 'lockGranted', path, token, fence });
  }
}

const answer = (key: string, { instance, token }: Request, message: InboxMessage): Send => ({
  to: { instance },
  id: `${key} ${instance} ${token} ${message.type}`,
  message,
});
