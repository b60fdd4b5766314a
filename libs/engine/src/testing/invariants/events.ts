import type { AuditEvent, AuditEventOf } from '../../model/audit-event.js';
import type { Told } from '../virtual-shell.js';
import { type Invariants, isOf, twice } from './invariant.js';

const idsOf = (history: readonly AuditEvent[], type: 'eventTaken' | 'eventKept'): string[] =>
  history
    .filter((event): event is AuditEventOf<'eventTaken' | 'eventKept'> => event.type === type)
    .map(({ data }) => data.event.id);

/** Where an event went that was accepted: what was decided about it. */
function fates(told: readonly Told[]): { message: Told['message']; fate: AuditEvent[]; isOver: boolean }[] {
  return told.flatMap(({ message, decision }) => {
    if (message.type !== 'event' || !decision.accepted) return [];
    const fate = decision.events.filter(
      (event) => isOf(event, 'eventTaken', 'eventKept', 'eventDropped') && event.data.event.id === message.event.id,
    );
    const isOver = decision.events.some(({ type }) => type === 'stepFailed'); // a filter that cannot be evaluated
    return [{ message, fate, isOver }];
  });
}

export const ofEvents: Invariants = {
  'gives each event to one wait at most': ({ history }) => twice(idsOf(history, 'eventTaken')),

  'keeps each event once, until a wait takes it': ({ history }) => twice(idsOf(history, 'eventKept')),

  'loses no event: it is taken, kept or dropped': ({ told }) =>
    fates(told).filter(({ fate, isOver }) => fate.length === 0 && !isOver),

  'passes an event by key to the wait it was sent to, or to none': ({ told }) =>
    fates(told).filter(({ message, fate }) => {
      if (message.type !== 'event' || message.event.key === undefined) return false;
      return fate.some((event) => isOf(event, 'eventTaken') && event.path !== message.path);
    }),
};
