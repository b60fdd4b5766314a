import type { StepCommand } from '#libs/contracts';
import { packCommands, type WrittenCommand } from './envelopes.js';

const command = (token: number, delivery = 1, bytes = 10): WrittenCommand => {
  const facts = { token, delivery, input: 'x'.repeat(bytes) } as unknown as StepCommand;
  return { command: facts, text: JSON.stringify(facts) };
};
const packed = (commands: WrittenCommand[], size: number): number[][] =>
  packCommands('q', 't', commands, size).map((envelope) => envelope.commands.map(({ token }) => token));

describe('packCommands', () => {
  it('fills messages in order, to the given size', () => {
    expect(
      packed(
        [1, 2, 3, 4, 5].map((token) => command(token)),
        2,
      ),
    ).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('sends what was sent before alone', () => {
    expect(packed([command(1), command(2, 2), command(3), command(4)], 50)).toEqual([[1], [2], [3, 4]]);
  });

  it('keeps messages below 256 KiB, but for a single command that is bigger', () => {
    const big = 100 * 1024;
    expect(packed([command(1, 1, big), command(2, 1, big), command(3, 1, big), command(4, 1, 4 * big), command(5)], 50)).toEqual([
      [1, 2],
      [3],
      [4],
      [5],
    ]);
  });

  it('addresses the lane and asks for what no queue takes', () => {
    const [{ message } = { message: undefined }] = packCommands('q', 't', [command(1)], 1);
    expect(message).toMatchObject({ exchange: 'orquestra.steps', routingKey: 'q.t', mandatory: true });
    expect(JSON.parse(message!.content.toString())).toMatchObject({ v: 1, kind: 'steps', items: [{ token: 1 }] });
  });
});
