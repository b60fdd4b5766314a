import { grantLocks } from '../locks/grant-locks.js';
import type { LockMessage, Send } from '../model/message.js';

type Request = Extract<LockMessage, { type: 'lockRequest' }>;

/** The actors of locks' keys, in memory: the first come holds, and the fence grows with every grant. */
export class VirtualLocks {
  /** In order: `<instance>:<path>`. */
  readonly granted: string[] = [];
  private readonly keys = new Map<string, { held: readonly Request[]; waiting: readonly Request[] }>();
  private fences = 0;

  /** Those who hold a key, of all keys. */
  get held(): Request[] {
    return [...this.keys.values()].flatMap(({ held }) => held);
  }

  /** @returns the grants it leads to */
  take(key: string, message: LockMessage): Send[] {
    const isOther = ({ instance, token }: Request): boolean => instance !== message.instance || token !== message.token;
    const before = this.keys.get(key) ?? { held: [], waiting: [] };
    const held = before.held.filter(isOther);
    const waiting = before.waiting.filter(isOther);
    if (message.type === 'lockRequest') waiting.push(message);
    const next = grantLocks({ count: held.length, limit: Math.min(...held.map(({ limit }) => limit)) }, waiting);
    this.keys.set(key, { held: [...held, ...next], waiting: waiting.slice(next.length) });
    return next.map((request) => this.grant(key, request));
  }

  private grant(key: string, { instance, path, token }: Request): Send {
    this.fences += 1;
    this.granted.push(`${instance}:${path}`);
    const message = { type: 'lockGranted', path, token, fence: this.fences } as const;
    return { to: { instance }, id: `${key} ${instance} ${token}`, message };
  }
}
