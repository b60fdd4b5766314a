import type { AuditEventOf } from '../../model/audit-event.js';
import type { ChaosWorld } from '../chaos-world.js';
import type { VirtualShell } from '../virtual-shell.js';
import { expectUnique, isOf } from './invariant.js';

/** Of all instances together. */
export const ofTheWorld: Record<string, (world: ChaosWorld) => void> = {
  'gives every lock back': ({ locks }) => {
    expect(locks.held.map(({ instance, path }) => `${instance}:${path}`)).toEqual([]);
  },

  'makes one child of each request': ({ shells }) => {
    const requested = shells.flatMap(({ history }) => history.filter((event) => isOf(event, 'childRequested')));
    expectUnique(requested.map((event) => event.data.childId));
    const ids = new Set(requested.map((event) => event.data.childId));
    for (const { id, state } of shells) if (state.parent !== undefined) expect(ids).toContain(id);
  },

  'hears of every child, or tells it to stop': (world) => {
    for (const shell of world.shells)
      for (const event of shell.history)
        if (isOf(event, 'childRequested') && !event.data.detached && event.data.onParentClose === 'cancel')
          expect([shell.id, event.path, isSettled(world, shell, event)]).toEqual([shell.id, event.path, true]);
  },
};

function isSettled(
  { instances }: ChaosWorld,
  { sent, told }: VirtualShell,
  { data, seq }: AuditEventOf<'childRequested'>,
): boolean {
  if (!instances.has(data.childId)) return true; // refused, or another instance with its key
  const isCancelled = sent.some(
    ({ to, message }) => 'instance' in to && to.instance === data.childId && message.type === 'cancel',
  );
  return (
    isCancelled ||
    told.some(({ message, decision }) => {
      if (!decision.accepted) return false;
      return (
        (message.type === 'childEnded' && message.id === data.childId) ||
        (message.type === 'childRefused' && message.token === seq)
      );
    })
  );
}
