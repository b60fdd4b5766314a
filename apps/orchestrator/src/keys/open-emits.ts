import type { InstanceId } from '#libs/engine';
import type { EmitEffect, Emitter } from './emitter.js';

interface OpenEmit {
  readonly instanceId: InstanceId;
  readonly effect: EmitEffect;
  tries: number;
  /** Monotonic ms; Infinity while it is under way. */
  retryAtMs: number;
}

const backoffMs = (tries: number): number => Math.min(30_000, 500 * 2 ** tries);

/** What the `emit` steps of a partition have asked for and is not done yet; a new owner finds it in the states again. */
export class OpenEmits {
  private readonly open = new Map<string, OpenEmit>();

  constructor(private readonly emitter: Emitter) {}

  get size(): number {
    return this.open.size;
  }

  add(instanceId: InstanceId, effect: EmitEffect): void {
    const place = `${instanceId}/${effect.token}`;
    if (!this.open.has(place)) this.open.set(place, { instanceId, effect, tries: 0, retryAtMs: 0 });
  }

  /**
   * Does what is due, one after the other.
   * @param isOpen whether the step still waits for it
   * @returns instances that have something new in their inbox
   */
  async run(
    nowMs: () => number,
    isOpen: (instanceId: InstanceId, path: string, token: number) => boolean,
  ): Promise<InstanceId[]> {
    const told: InstanceId[] = [];
    for (const [place, emit] of this.open) {
      const { instanceId, effect } = emit;
      if (emit.retryAtMs > nowMs()) continue;
      if (!isOpen(instanceId, effect.path, effect.token)) {
        this.open.delete(place);
        continue;
      }
      emit.retryAtMs = Infinity;
      const done = await this.emitter.emit(instanceId, effect).catch(() => ({ outcome: 'again' }) as const);
      if (done.outcome === 'answered') {
        this.open.delete(place);
        told.push(...done.told);
      } else emit.retryAtMs = nowMs() + backoffMs(emit.tries++);
    }
    return told;
  }
}
