import { apply, compile, decide, effects, newState, stepCommand, type InstanceId, type Message } from '#libs/engine';
import { chainOf } from '../definitions.js';
import { chainCommits } from './chain-rows.js';

/** The events the engine decides for a chain, one list a message. */
function decided(length: number) {
  const { plan } = compile(chainOf(length));
  const state = newState('01890000-0000-7000-8000-000000000001' as InstanceId);
  const context = {
    nowMs: 1,
    draw: () => 0.5,
    newId: () => '01890000-0000-7000-8000-000000000002',
    admit: () => 2,
    isServed: () => true,
    runningOn: () => undefined,
  };
  const commits: { type: string; path?: string; attempt?: number; seq: number; data: object }[][] = [];
  let next: Message | undefined = { type: 'start', input: {}, checksum: 'c' };
  while (next !== undefined) {
    const decision = decide(plan!, state, next, context);
    if (!decision.accepted) throw new Error(decision.reason);
    for (const event of decision.events) apply(plan!, state, event);
    commits.push([...decision.events]);
    next = undefined;
    for (const effect of effects(state, decision.events)) {
      if (effect.kind !== 'command') continue;
      const { path, token } = stepCommand(plan!, state, effect.path);
      next = { type: 'stepCompleted', path, token, output: { ok: true }, worker: 'w', startedAt: 1 };
    }
  }
  return commits;
}

it.each([1, 5])('writes for a chain of %i the events that the engine decides, commit by commit', (length) => {
  const ours = chainCommits(length, chainOf(length).name);
  const theirs = decided(length);
  expect(
    ours.map(({ events, fromSeq }) =>
      events.map(({ type, path, attempt, data }, i) => [
        fromSeq + i,
        type,
        path,
        attempt,
        Object.keys(JSON.parse(data) as object),
      ]),
    ),
  ).toEqual(
    theirs.map((events) =>
      events.map(({ seq, type, path = null, attempt = null, data }) => [seq, type, path, attempt, Object.keys(data).sort()]),
    ),
  );
  const tokens = theirs.map((events) => events.find(({ type }) => type === 'stepScheduled')?.seq ?? null);
  expect(ours.map(({ next }) => next?.token ?? null)).toEqual(tokens);
});
