import { eventFits } from '../../decide/waits/event-fits.js';
import { eventOutcome } from '../../effects/event-outcome.js';
import type { ReceivedEvent } from '../../model/audit-event.js';
import type { VirtualShell } from '../virtual-shell.js';

interface Subscriber {
  readonly shell: VirtualShell;
  readonly path: string;
}

/** Events by key in memory: to one wait of every instance that has one, or kept until somebody comes whose filter fits. */
export class KeyedEvents {
  private readonly kept: ReceivedEvent[] = [];

  constructor(private readonly instances: ReadonlyMap<string, VirtualShell>) {}

  send(event: ReceivedEvent): { matched: number; kept: number } {
    const taken = this.subscribersOf(event).filter(({ shell, path }) => {
      const decision = shell.tell({ type: 'event', event, path });
      return decision.accepted && eventOutcome(event.id, decision.events) === 'matched';
    });
    if (taken.length === 0) this.kept.push(event);
    return { matched: taken.length, kept: taken.length === 0 ? 1 : 0 };
  }

  /** Gives a kept event to the first wait that fits, and to no other. @returns was there one? */
  offerKept(): boolean {
    for (const [at, event] of this.kept.entries()) {
      const fits = this.subscribersOf(event).find(({ shell, path }) =>
        eventFits(shell.plan, shell.state, path, event, shell.context()),
      );
      if (fits === undefined) continue;
      this.kept.splice(at, 1);
      fits.shell.tell({ type: 'event', event, path: fits.path });
      return true;
    }
    return false;
  }

  private subscribersOf({ name, key }: ReceivedEvent): Subscriber[] {
    return [...this.instances.values()].flatMap((shell) => {
      const path = [...shell.state.waits.under(name)].find((one) => {
        const { wait } = shell.state.step(one);
        return wait?.kind === 'event' && wait.key === key;
      });
      return path === undefined ? [] : [{ shell, path }];
    });
  }
}
