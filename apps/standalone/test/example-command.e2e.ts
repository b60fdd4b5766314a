import { freePort, ProcessGroup, type TestProcess } from '#libs/testing';

const ends = { code: 0, signal: null };

describe('npm run example', () => {
  const group = new ProcessGroup();
  afterAll(() => group.end(), 30_000);

  const example = async (...args: string[]): Promise<TestProcess> =>
    group.start({
      name: 'example',
      entry: 'scripts/run.mjs',
      args: ['example', ...args],
      env: { PORT: String(await freePort()) },
    });

  it('runs all scenarios of an example on a server of its own, and tells what happens in order', async () => {
    const command = await example('trip');
    expect(await command.end()).toEqual(ends);
    const told = command.lines.map((line) => line.replace(/^ *[\d.]+ s {2}/, '').trim());
    expect(told).toEqual(
      expect.arrayContaining([
        'No server is running: starting one for this run, on an empty folder.',
        'compensated  CARD_DECLINED: The bank declined the card',
        '2 of 2 ended as expected.',
      ]),
    );
    expect(told.filter((line) => line.startsWith('↶'))).toEqual([
      '↶ undoing hotel, then flight',
      '↶ hotel undone',
      '↶ flight undone',
    ]);
  }, 60_000);

  it('lists what there is', async () => {
    const command = await example();
    expect(await command.end()).toEqual(ends);
    expect(command.lines.join('\n')).toMatch(/^trip {2,}Trip booking as a saga$\n +payment-fails/m);
  }, 60_000);

  it('refuses a name it does not know with status 2', async () => {
    const command = await example('trap');
    expect(await command.end()).toEqual({ code: 2, signal: null });
    expect(command.tail()).toMatch(/expected the name of an example[^]*Did you mean trip\?/);
  }, 60_000);
});
