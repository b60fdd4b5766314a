import { setImmediate as turn } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import type { InstanceId } from '#libs/engine';
import type { OutgoingMessage, PublishOutcome, Transport } from '#libs/messaging';
import { Hints } from './hints.js';

const newIds = (count: number): InstanceId[] => Array.from({ length: count }, () => uuidv7() as InstanceId);
const idsIn = (messages: readonly OutgoingMessage[]): string[] =>
  messages.flatMap(({ content }) =>
    (JSON.parse(content.toString()) as { items: { instanceId: string }[] }).items.map(({ instanceId }) => instanceId),
  );

describe('Hints', () => {
  let published: (readonly OutgoingMessage[])[];
  let state: Transport['state'];
  let outcome: Promise<PublishOutcome[]>;
  let hints: Hints;

  beforeEach(() => {
    [published, state, outcome] = [[], 'connected', Promise.resolve([])];
    const publish = (messages: readonly OutgoingMessage[]): Promise<PublishOutcome[]> => {
      published.push(messages);
      return outcome;
    };
    const transport = {
      publish,
      get state() {
        return state;
      },
    };
    hints = new Hints(transport as unknown as Transport, { partitions: 2 });
  });

  it('leave together at the end of the turn, a message for each partition', async () => {
    const ids = newIds(40);
    for (const id of ids) hints.send([id, id]);
    expect(published).toEqual([]);
    await turn();
    expect(published.map((messages) => messages.length)).toEqual([2]);
    expect(idsIn(published[0]!).sort()).toEqual([...ids].sort());
    hints.send([]);
    await turn();
    expect(published).toHaveLength(1);
  });

  it('are left out while the broker is away, or slow', async () => {
    state = 'disconnected';
    hints.send(newIds(1));
    await turn();
    state = 'connected';
    outcome = new Promise(() => undefined);
    for (let turns = 0; turns < 600; turns += 1) {
      hints.send(newIds(20));
      await turn();
    }
    const sent = published.flat().length;
    expect(sent).toBeGreaterThanOrEqual(1_000);
    expect(sent).toBeLessThan(1_010);
  });
});
