import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InstanceId } from '#libs/engine';
import { bucketOf } from '#libs/contracts';
import { DefinitionPauses, InstanceDoor } from '#libs/persistence';
import { startRow } from '../../../libs/persistence/src/testing/rows.js';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';

jest.setTimeout(60_000);

describe('starts', () => {
  let bench: OrchestratorBench;
  beforeEach(async () => {
    bench = await OrchestratorBench.open();
    await bench.register(definitionOf('export', [{ id: 'a', task: 'work' }]));
    await bench.worker(() => ({}));
    await bench.node('one');
  });
  afterEach(() => bench.close());

  const until = async (what: string, isSo: () => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + 30_000;
    while (!(await isSo())) {
      if (performance.now() > deadline) throw new Error(`never saw ${what}`);
      await sleep(20);
    }
  };
  const statusOf = async (id: InstanceId) => (await bench.head(id))!.status;

  it('runs the last of many that are debounced, and cancels the others before they begin', async () => {
    const rows = [1, 2, 3].map((n) => startRow({ definition: 'export', input: { n }, debounce: { key: 'k', forMs: 700 } })) as [
      ReturnType<typeof startRow>,
      ReturnType<typeof startRow>,
      ReturnType<typeof startRow>,
    ];
    for (const row of rows) {
      const [answer] = await new InstanceDoor(bench.pool).insertStarts([row]);
      await bench.hint(row.id);
      for (const id of answer!.superseded ?? []) await bench.hint(id);
    }
    expect((await bench.end(rows[2].id)).status).toBe('completed');
    for (const [place, { id }] of rows.slice(0, 2).entries()) {
      expect((await bench.end(id)).status).toBe('cancelled');
      const history = await bench.history(id);
      expect(history.map(({ type }) => type)).toEqual(['instanceClosing', 'instanceCancelled']);
      expect(history[0]!.data).toMatchObject({ reason: `superseded by ${rows[place + 1]!.id}` });
    }
    const [next] = await new InstanceDoor(bench.pool).insertStarts([startRow({ definition: 'export', debounce: { key: 'k', forMs: 1 } })]); // prettier-ignore
    expect(next).not.toHaveProperty('superseded');
  });

  it('frees a singleton with the end of its instance', async () => {
    const door = new InstanceDoor(bench.pool);
    const first = startRow({ definition: 'export', singleton: 's' });
    await door.insertStarts([first]);
    await bench.hint(first.id);
    expect((await bench.end(first.id)).status).toBe('completed');
    expect(await door.insertStarts([startRow({ definition: 'export', singleton: 's' })])).toMatchObject([{ outcome: 'created' }]);
  });

  it('pauses all that starts under a paused definition, and lets only those go on that were paused with it', async () => {
    const pauses = new DefinitionPauses(bench.database.dataSource);
    const tell = async (id: InstanceId, name: string, content: { type: 'pause' | 'resume'; withDefinition?: boolean }) => {
      const row = { id: name, instanceId: id, bucket: bucketOf(id), kind: content.type, content };
      await new InstanceDoor(bench.pool).insertInbox([row]);
      await bench.hint(id);
    };
    await pauses.pause('export', { by: 'ada', reason: 'the bank is down' });
    const [first, second] = [await bench.start('export'), await bench.start('export')];
    await until('both to be paused', async () => (await statusOf(first)) === 'paused' && (await statusOf(second)) === 'paused');
    await tell(second, 'by-hand-1', { type: 'resume' });
    expect((await bench.end(second)).status).toBe('completed');

    await pauses.resume('export');
    const later = await bench.start('export', { startAt: Date.now() + 60_000 });
    await tell(later, 'with-definition', { type: 'resume', withDefinition: true }); // refused: it has not begun, and will
    await tell(first, 'with-definition', { type: 'resume', withDefinition: true });
    expect((await bench.end(first)).status).toBe('completed');
    expect((await bench.end(await bench.start('export'))).status).toBe('completed');
  });
});
