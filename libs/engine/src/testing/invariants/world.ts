import type { AuditEvent, AuditEventOf, AuditEventType } from '../../model/audit-event.js';
import type { LimitKind } from '../../model/plan.js';
import type { ChaosWorld } from '../chaos-world.js';
import type { VirtualShell } from '../virtual-shell.js';
import { type Findings, isOf, twice } from './invariant.js';

const endings: ReadonlySet<AuditEventType> = new Set<AuditEventType>([
  'instanceCompleted',
  'instanceFailed',
  'instanceCancelled',
  'instanceTimedOut',
  'instanceCompensated',
  'instanceCompensationFailed',
]);

const requestsOf = ({ history }: VirtualShell) => history.filter((event) => isOf(event, 'childRequested'));

const grantsOf = (history: readonly AuditEvent[], kind: LimitKind) =>
  history.filter((event) => isOf(event, 'limitGranted')).filter(({ data }) => data.kind === kind);

/** From when until when an instance had a place among those that run; a place that was taken over in the same moment is not shared. */
function holdings(history: readonly AuditEvent[]): { from: number; to: number }[] {
  const ends = history.filter(({ type }) => endings.has(type));
  return grantsOf(history, 'concurrency').map(({ at, seq }) => ({
    from: at,
    to: ends.find((end) => end.seq > seq)?.at ?? Infinity,
  }));
}

const isHeldAt = ({ history }: VirtualShell, at: number): boolean =>
  holdings(history).some(({ from, to }) => from <= at && at < to);

/** Of all instances together. */
export const ofTheWorld: Record<string, (world: ChaosWorld) => Findings> = {
  'gives every lock back': ({ locks }) => locks.held.map(({ instance, path }) => `${instance}:${path}`),

  'never has more of a definition running than its limit': ({ shells }) =>
    shells.flatMap(({ id, plan, history }) => {
      const limit = plan.concurrency?.limit ?? Infinity;
      const times = holdings(history).map(({ from }) => from);
      const heldAt = (at: number): number => shells.filter((other) => other.plan === plan && isHeldAt(other, at)).length;
      return times.filter((at) => heldAt(at) > limit).map((at) => `${id} at ${at}`);
    }),

  'starts no more of a definition in any window than its rate': ({ shells }) =>
    [...new Set(shells.map(({ plan }) => plan))].flatMap(({ name, rate }) => {
      if (rate === undefined) return [];
      const starts = shells.filter(({ plan }) => plan.name === name).flatMap(({ history }) => grantsOf(history, 'rate'));
      const times = starts.map(({ at }) => at).sort((a, b) => a - b);
      return times.filter((at, index) => (times[index + rate.limit] ?? Infinity) - at < rate.windowMs);
    }),

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
