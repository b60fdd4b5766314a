import { readFile } from 'node:fs/promises';
import { jest } from '@jest/globals';
import type { Instance, Queue, QueueSettings, Task, TaskSettings } from '#libs/contracts';
import { until } from '#libs/testing';
import { runCli } from '#apps/cli';
import { TestShell } from '../../../cli/src/testing/test-shell.js';
import { Product } from './product.js';

jest.setTimeout(60_000);

let product: Product;
let page: string;
beforeAll(async () => {
  product = await Product.open();
  page = await readFile('docs/queues.md', 'utf8');
  await product.register('order', [
    { id: 'first', task: 'simulate' },
    { id: 'second', task: 'echo' },
  ]);
}, 60_000);
afterAll(() => product.close());

async function put<T>(path: string, body: unknown): Promise<{ status: number; body: T }> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${product.url}${path}`, { method: 'PUT', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as T };
}
const get = async <T>(path: string): Promise<T> => (await (await fetch(`${product.url}/api/v1${path}`)).json()) as T;

async function orquestra(line: string): Promise<{ exitCode: number; text: string }> {
  const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain!);
  const shell = new TestShell(true, { ORQUESTRA_URL: product.url, NO_COLOR: '1', USER: 'ada' }, Date.now());
  return { exitCode: await runCli(words.slice(1), shell), text: shell.written + shell.complained };
}

/** The first instance that is held up, and why: those before it started when the owners had not read the settings yet. */
async function heldUp(reason: string): Promise<{ id: string; text: string }> {
  const found = await until(async () => {
    const id = await product.start('order');
    const told = await until(async () => {
      const { status, waitingFor } = await get<Instance>(`/instances/${id}`);
      if (status === 'completed') return { text: undefined };
      return waitingFor.find((one) => one.reason === reason);
    }, 5_000);
    return told?.text === undefined ? undefined : { id, text: told.text };
  }, 20_000);
  if (found === undefined) throw new Error(`expected an instance that waits for ${reason}, but there is none`);
  return found;
}

describe('the page on queues', () => {
  it('has commands that work', async () => {
    const commands = [...page.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) => block!.trim().split('\n'));
    expect(commands.length).toBeGreaterThan(5);
    for (const command of commands) expect([command, (await orquestra(command)).exitCode]).toEqual([command, 0]);
  });

  it('has bodies that are taken as they are', async () => {
    const bodies = [...page.matchAll(/```json PUT (\S+)\n(.*?)```/gs)];
    expect(bodies).toHaveLength(2);
    for (const [, path, text] of bodies) {
      const body = JSON.parse(text!) as Record<string, unknown>;
      const { by, reason: _reason, ...settings } = body;
      const { status, body: set } = await put<QueueSettings & TaskSettings>(path!, body);
      expect([path, status]).toEqual([path, 200]);
      expect(set).toMatchObject({ ...settings, by: by ?? null });
    }
  });
});

describe('a queue or task that is held up', () => {
  afterEach(async () => {
    await put('/api/v1/queues/default', { paused: false, concurrency: null, rate: null });
    for (const task of ['simulate', 'echo']) await put(`/api/v1/tasks/${task}`, { paused: false, breaker: 'closed', rate: null });
  });

  it('says why its steps wait, shows it in the lists, and goes on', async () => {
    await put('/api/v1/queues/default', { paused: true, reason: 'month end', by: 'ana' });
    const { id, text } = await heldUp('paused');
    expect(text).toBe('queue default is paused by ana: month end');
    const { items, settings } = await get<{ items: Queue[]; settings: QueueSettings[] }>('/queues');
    expect(items.find(({ queue }) => queue === 'default')?.settings).toMatchObject({ paused: true, note: 'month end' });
    expect(settings.map(({ queue }) => queue)).toContain('default');
    expect((await orquestra('orquestra queue list')).text).toContain('paused: month end');
    await put('/api/v1/queues/default', { paused: false });
    expect((await product.end(id)).status).toBe('completed');
  });

  it('is a task whose breaker was opened by hand', async () => {
    await put('/api/v1/tasks/echo', { breaker: 'open' });
    const { id, text } = await heldUp('paused');
    expect(text).toBe('the circuit breaker of task echo was opened by hand');
    const { items } = await get<{ items: Task[] }>('/tasks');
    expect(items.find(({ task }) => task === 'echo')?.settings).toMatchObject({ breaker: 'open', breakerState: 'open' });
    await put('/api/v1/tasks/echo', { breaker: 'closed' });
    expect((await product.end(id)).status).toBe('completed');
  });

  it('is told in words what it cannot be', async () => {
    for (const [path, body, code] of [
      ['/api/v1/queues/default', { concurrency: 0 }, 'REQUEST_INVALID'],
      ['/api/v1/queues/default', { priority: 10 }, 'REQUEST_INVALID'],
      ['/api/v1/queues/default', { rate: { limit: 1, per: 'day' } }, 'REQUEST_INVALID'],
      ['/api/v1/queues/default', { breaker: 'open' }, 'REQUEST_INVALID'],
      ['/api/v1/queues/a.b', { concurrency: 1 }, 'PARAMETER_INVALID'],
      ['/api/v1/tasks/%00', { concurrency: 1 }, 'PARAMETER_INVALID'],
      ['/api/v1/tasks/echo', { breakForMs: 1 }, 'REQUEST_INVALID'],
    ] as const) {
      const { status, body: problem } = await put<{ code: string }>(path, body);
      expect([path, body, problem.code]).toEqual([path, body, code]);
      expect(status).toBeLessThan(500);
    }
  });
});
