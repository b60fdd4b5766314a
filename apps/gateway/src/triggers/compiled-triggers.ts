import { Injectable } from '@nestjs/common';
import { compileTrigger, type Trigger, type TriggerKind } from '#libs/engine';
import type { TriggerRow } from '#libs/persistence';

/** Compiled triggers kept; the one that was used longest ago goes first. */
const most = 1_000;

/** Stored triggers with their expressions ready, as long as they do not change. */
@Injectable()
export class CompiledTriggers {
  private readonly known = new Map<string, { readonly revision: number; readonly trigger: Trigger }>();

  /** @throws Error one that was stored and does not compile: a bug of ours */
  of<K extends TriggerKind>({ name, revision, spec }: TriggerRow & { readonly kind: K }): Extract<Trigger, { kind: K }> {
    const known = this.known.get(name);
    this.known.delete(name);
    const entry = known?.revision === revision ? known : { revision, trigger: compiled(name, spec) };
    this.known.set(name, entry);
    const [oldest] = this.known.keys();
    if (this.known.size > most && oldest !== undefined) this.known.delete(oldest);
    return entry.trigger as Extract<Trigger, { kind: K }>;
  }
}

function compiled(name: string, spec: TriggerRow['spec']): Trigger {
  const { trigger, problems } = compileTrigger(spec);
  if (trigger !== undefined) return trigger;
  throw new Error(`expected trigger ${name} to compile as it did when it was stored, but ${problems[0]?.message}`);
}
