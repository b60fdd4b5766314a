import type { AuditEventOf } from '../../model/audit-event.js';
import type { ChaosWorld } from '../chaos-world.js';
import type { VirtualShell } from '../virtual-shell.js';
import { type Findings, isOf, twice } from './invariant.js';

const requestsOf = ({ history }: VirtualShell) => history.filter((event) => isOf(event, 'childRequested'));

/** Of all instances together. */
export const ofTheWorld: Record<string, (world: ChaosWorld) => Findings> = {
  'gives every lock back': ({ locks }) => locks.held.map(({ instance, path }) => `${instance}:${path}`),

  'makes one child of each request': ({ shells }) => {
    const ids = shells.flatMap((shell) => requestsOf(shell).map((event) => event.data.childId));
    const known = new Set(ids);
    const unasked = shells.filter(({ id, state }) => state.parent !== undefined && !known.has(id));
    return [...twice(ids), ...unasked.map(({ id }) => id)];
  },

  'hears of every child, or tells it to stop': (world) =>
    world.shells.flatMap((shell) =>
      requestsOf(shell)
        .filter(({ data }) => !data.detached && data.onParentClose === 'cancel')
        .filter((event) => !isSettled(world, shell, event))
        .map(({ path }) => `${shell.id}:${path}`),
    ),
};

function isSettled(
  { instances }: ChaosWorld,
  { sent, told }: VirtualShell,
  { data, seq }: AuditEventOf<'childRequested'>,
): boolean {
  const { childId } = data;
  if (!instances.has(childId)) return true; // refused, or another instance with its key
  if (sent.some(({ to, message }) => 'instance' in to && to.instance === childId && message.type === 'cancel')) return true;
  return told.some(({ message, decision }) => {
    if (!decision.accepted) return false;
    return (
      (message.type === 'childEnded' && message.id === childId) || (message.type === 'childRefused' && message.token === seq)
    );
  });
}
