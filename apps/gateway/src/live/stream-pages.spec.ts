import type { AuditEvent, InstanceId } from '#libs/engine';
import { nextPageSize, StreamPages } from './stream-pages.js';

const id = '01890000-0000-7000-8000-000000000001' as InstanceId;
const events = (count: number, bytes = 1) =>
  Array.from({ length: count }, () => ({ data: 'x'.repeat(bytes) }) as unknown as AuditEvent);

/** Reads that end when they are told to. */
function reader() {
  const reads: { after: number; end: (events: AuditEvent[]) => void; fail: (error: Error) => void }[] = [];
  const history = (_: InstanceId, after: number): Promise<AuditEvent[]> =>
    new Promise((end, fail) => reads.push({ after, end, fail }));
  return { reads, pages: new StreamPages({ history }) };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('reads once what several wait for', async () => {
  const { reads, pages } = reader();
  const asked = [pages.read(id, 0, 2), pages.read(id, 0, 2), pages.read(id, 0, 2)];
  await turn();
  reads[0]!.end(events(2));
  const [first, ...others] = await Promise.all(asked);
  expect(others).toEqual([first, first]);
  expect(reads).toHaveLength(1);
});

it('reads the end of a stream again for who has asked while it was read: what is new may not be in it', async () => {
  const { reads, pages } = reader();
  const early = pages.read(id, 7, 2);
  await turn();
  const late = [pages.read(id, 7, 2), pages.read(id, 7, 2)];
  reads[0]!.end([]);
  await expect(early).resolves.toMatchObject({ events: [], isFull: false });
  await turn();
  reads[1]!.end(events(1));
  for (const page of await Promise.all(late)) expect(page.events).toHaveLength(1);
  expect(reads).toHaveLength(2);
});

it('reads a few pages at a time', async () => {
  const { reads, pages } = reader();
  const asked = [0, 1, 2, 3, 4, 5].map((after) => pages.read(id, after, 1));
  await turn();
  expect(reads.map(({ after }) => after)).toEqual([0, 1]);
  for (let done = 0; done < asked.length; done += 1) {
    reads[done]!.end(events(1));
    await asked[done];
    await turn();
  }
  expect(reads.map(({ after }) => after)).toEqual([0, 1, 2, 3, 4, 5]);
});

it('reads again after a failure', async () => {
  const { reads, pages } = reader();
  const failed = pages.read(id, 0, 1);
  await turn();
  reads[0]!.fail(new Error('away'));
  await expect(failed).rejects.toThrow('away');
  const again = pages.read(id, 0, 1);
  await turn();
  reads[1]!.end(events(1));
  await expect(again).resolves.toMatchObject({ isFull: true });
});

it.each([
  [50, 20, 500],
  [50, 5_000, 209],
  [50, 60_000, 17],
  [1, 16_000_000, 1],
])('reads on after %i events of %i bytes with %i', (count, bytes, next) => expect(nextPageSize(events(count, bytes))).toBe(next));
