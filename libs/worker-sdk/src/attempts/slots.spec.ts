import { type StepCommand, workerQueue } from '#libs/contracts';
import type { TaskRegistry } from '../handlers/task-registry.js';
import { command } from '../testing/scripted-owner.js';
import { type Harness, startWorker, turns, workerId } from '../testing/worker-harness.js';

let harness: Harness;
afterEach(() => harness.close());

/** Handlers that run until the test ends them, by the path of their step. */
function stage(): { begun: string[]; end: (path: string) => void; register: (tasks: TaskRegistry) => void } {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (_input: unknown, { path }: { path: string }): Promise<null> => {
    begun.push(path);
    return new Promise((resolve) => ends.set(path, () => resolve(null)));
  };
  const register = (tasks: TaskRegistry): void => {
    tasks.register('work', run);
    tasks.register('fill', run);
    tasks.register('few', run, { concurrency: 2 });
  };
  return { begun, end: (path) => ends.get(path)!(), register };
}

let token = 0;
const step = (path: string, rest: Partial<StepCommand> = {}): StepCommand =>
  command({ path, token: ++token, task: 'work', ...rest });
const bind = (...steps: StepCommand[]): Promise<void> => harness.owner.sendBound(workerId, steps);
const announced = () => harness.owner.announcements.at(-1)!;

it('a step of several slots takes that many, and never more are used than there are', async () => {
  const { begun, end, register } = stage();
  harness = await startWorker(register, { concurrency: 4 });
  await bind(step('a', { slots: 3, bound: 'affinity' }));
  await bind(step('b', { bound: 'affinity' }));
  await bind(step('c', { slots: 2, bound: 'affinity' }));
  await turns();
  expect(begun).toEqual(['a', 'b']);
  harness.clock.advance(2_000);
  await harness.owner.until(() => announced().freeSlots === 0, 'no free slot');
  expect(announced()).toMatchObject({ running: 2, concurrency: 4 });
  end('b');
  await turns();
  expect(begun).toEqual(['a', 'b']); // one slot is not two
  end('a');
  await turns();
  expect(begun).toEqual(['a', 'b', 'c']);
});

it('a large step whose turn has come is not overtaken by small ones', async () => {
  const { begun, end, register } = stage();
  harness = await startWorker(register, { concurrency: 4 });
  for (const path of ['a', 'b', 'c', 'd']) await bind(step(path, { task: 'fill' }));
  await bind(step('large', { slots: 4, bound: 'affinity' }));
  for (const path of ['small-1', 'small-2']) await bind(step(path, { task: 'few' }));
  await turns();
  for (const path of ['a', 'b', 'c']) end(path);
  await turns();
  expect(begun.slice(4)).toEqual(['small-1']); // whose turn it was; two slots stay free
  for (const path of ['d', 'small-1']) end(path);
  await turns();
  expect(begun.slice(5)).toEqual(['large']);
  end('large');
  await turns();
  expect(begun.slice(6)).toEqual(['small-2']);
});

it('memory is promised once: a step that asks for more than is left waits', async () => {
  const { begun, end, register } = stage();
  harness = await startWorker(register, { memoryBytes: 1_000 });
  await bind(step('a', { memory: 700, bound: 'affinity' }));
  await bind(step('b', { memory: 400, bound: 'affinity' }));
  await turns();
  expect(begun).toEqual(['a']);
  harness.clock.advance(2_000);
  await harness.owner.until(() => announced().memory?.free === 300, 'what is left');
  end('a');
  await turns();
  expect(begun).toEqual(['a', 'b']);
});

it('hands back at once what it could never run', async () => {
  const { begun, register } = stage();
  harness = await startWorker(register, { concurrency: 4, memoryBytes: 1_000 });
  await bind(step('a', { slots: 5 }), step('b', { slots: 3, task: 'few' }), step('c', { memory: 1_001 }));
  expect((await harness.owner.received('returned', 3)).map((item) => item.path)).toEqual(['a', 'b', 'c']);
  expect(begun).toEqual([]);
});

it('hands back after 250 ms what was sent for room it has not; what has its affinity here waits', async () => {
  const { register, end } = stage();
  harness = await startWorker(register, { concurrency: 1 });
  await bind(step('busy'));
  await bind(step('room', { bound: 'room' }));
  await bind(step('affine', { bound: 'affinity' }));
  await turns();
  harness.clock.advance(200);
  await turns();
  expect(harness.owner.of('returned')).toEqual([]);
  harness.clock.advance(100);
  expect((await harness.owner.received('returned')).map((item) => item.path)).toEqual(['room']);
  end('busy');
  await harness.owner.received('completed');
  await turns();
  end('affine');
  expect((await harness.owner.received('completed', 2)).map((item) => item.path)).toEqual(['busy', 'affine']);
});

it('answers to claims reach it behind any number of commands that wait for them', async () => {
  const { register, end, begun } = stage();
  harness = await startWorker(register, { concurrency: 1 });
  const waiting = Array.from({ length: 300 }, (_, n) => step(`s${n}`, { bound: 'affinity', claimed: true }));
  for (const each of waiting) await bind(each);
  const [claim] = await harness.owner.received('claim');
  await harness.owner.answerClaim(workerId, claim!.token, true);
  await turns();
  expect(begun).toEqual(['s0']);
  end('s0');
  await harness.owner.received('completed');
});

it('goes on with what was bound to it when its queue is deleted and made anew', async () => {
  const { register, end, begun } = stage();
  harness = await startWorker(register, { concurrency: 1 });
  await bind(step('a', { bound: 'affinity' }));
  await bind(step('b', { bound: 'affinity' }));
  await turns();
  await harness.connection.deleteQueue(workerQueue(workerId));
  end('a');
  await harness.owner.received('completed');
  await turns();
  expect(begun).toEqual(['a', 'b']);
  harness.clock.advance(1_000); // the next look at its queues
  await turns();
  await bind(step('c', { bound: 'affinity' }));
  end('b');
  await harness.owner.received('completed', 2);
  await turns();
  expect(begun).toEqual(['a', 'b', 'c']);
});
