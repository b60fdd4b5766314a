import { expectUnique, type Invariants, isOf } from './invariant.js';

export const ofEvents: Invariants = {
  'gives each event to one wait at most': ({ history }) => {
    expectUnique(history.filter((event) => isOf(event, 'eventTaken')).map(({ data }) => data.event.id));
  },

  'loses no event: it is taken, kept or dropped': ({ told }) => {
    for (const { message, decision } of told) {
      if (message.type !== 'event' || !decision.accepted) continue;
      const fate = decision.events.filter((event) => isOf(event, 'eventTaken', 'eventKept', 'eventDropped'));
      const own = fate.filter(({ data }) => data.event.id === message.event.id);
      const ofFailure = decision.events.some(({ type }) => type === 'stepFailed'); // a filter that cannot be evaluated
      if (!ofFailure) expect(own.length).toBeGreaterThan(0);
    }
  },

  'keeps each event once, until a wait takes it': ({ history }) => {
    expectUnique(history.filter((event) => isOf(event, 'eventKept')).map(({ data }) => data.event.id));
  },

  'passes an event by key to the wait it was sent to, or to none': ({ told }) => {
    for (const { message, decision } of told) {
      if (message.type !== 'event' || message.event.key === undefined || !decision.accepted) continue;
      const taken = decision.events.filter((event) => isOf(event, 'eventTaken') && event.data.event.id === message.event.id);
      for (const { path } of taken) expect(path).toBe(message.path);
    }
  },
};
