import type { Page } from 'playwright-core';
import { until } from '#libs/testing';
import { arrived, ConsoleWorld, hasState, inBrowser, isLive, slowDefinition, startSample } from './console-world.js';

/** Survives navigation within the console, not a reload. */
const mark = (page: Page) => page.evaluate('window.neverReloaded = true');
const isMarked = (page: Page) => page.evaluate<boolean>('window.neverReloaded === true');

/** Writes down, in the page, every state and label a step of the graph takes on. */
const recorder = `(() => {
  window.states = {};
  window.labels = [];
  const look = () => {
    for (const node of document.querySelectorAll('[data-step]')) {
      const list = (window.states[node.dataset.step] ??= []);
      if (list.at(-1) !== node.dataset.state) list.push(node.dataset.state);
      window.labels.push(node.getAttribute('aria-label'));
    }
  };
  new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-state', 'aria-label'] });
})()`;

/** Measures, in the page, the longest time between two frames. */
const frames = `(() => {
  let last = performance.now();
  window.longestFrameMs = 0;
  const tick = (now) => {
    window.longestFrameMs = Math.max(window.longestFrameMs, now - last);
    last = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
})()`;

const tile = (page: Page, title: string) => page.locator('.tile', { hasText: title });
const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });

inBrowser('the console in a browser', () => {
  let world: ConsoleWorld;

  beforeAll(async () => {
    world = await ConsoleWorld.start();
    await world.client.registerDefinition({ document: slowDefinition });
  }, 120_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  it('offers the test workflow on an empty system; one click, and its steps move on screen until it has completed', async () => {
    await using page = await world.open('/');
    await page.getByRole('heading', { name: 'Nothing has run yet' }).waitFor();
    await mark(page);
    await page.evaluate(recorder);
    const id = await startSample(page);
    await hasState(page, 'completed');
    const states = await page.evaluate<Record<string, string[]>>('window.states');
    for (const step of ['quick-check', 'slow-check', 'heavy-work']) {
      expect(states[step]).toEqual(expect.arrayContaining(['running', 'completed']));
    }
    expect(states['heavy-work']?.[0]).toBe('notReached'); // drawn before it is reached
    expect(states.flaky?.filter((state) => state === 'retrying')).toHaveLength(2);
    expect(states.flaky?.at(-1)).toBe('completed');
    expect(await page.evaluate<string[]>('window.labels')).toContainEqual(expect.stringMatching(/^flaky Retrying.* 2\/3$/));
    expect(await page.locator('[data-state=completed][data-step]').count()).toBe(6);

    await page.getByRole('tab', { name: 'History' }).click();
    let events = 0;
    for await (const { seq } of world.client.history(id)) events = seq;
    await page.getByText(`${events} of ${events} events`).waitFor();
    expect(await isMarked(page)).toBe(true);
  }, 60_000);

  it('counts on the overview while instances run', async () => {
    await using page = await world.open('/');
    await mark(page);
    const running = tile(page, 'Running now').locator('.figure');
    const ended = tile(page, 'Success rate');
    await running.getByText('0', { exact: true }).waitFor();
    await ended.getByText('1 of 1 completed').waitFor();
    await world.client.startBatch(Array.from({ length: 5 }, () => ({ definition: slowDefinition.name })));
    await running.getByText('5', { exact: true }).waitFor();
    await running.getByText('0', { exact: true }).waitFor();
    await ended.getByText('6 of 6 completed').waitFor();
    expect(await isMarked(page)).toBe(true);
  }, 60_000);

  it('lists what is new on request, moves rows in place, and keeps the filter in the address', async () => {
    await using page = await world.open(`/instances?definition=${slowDefinition.name}`);
    await mark(page);
    await page.getByText('5 rows').waitFor();
    await world.client.startInstance({ definition: slowDefinition.name, key: 'fresh' });
    await page.getByRole('button', { name: '1 new instance' }).waitFor();
    await page.keyboard.press('.');
    await row(page, 'fresh').getByText('Running').waitFor();
    await row(page, 'fresh').getByText('Completed').waitFor();
    expect(await isMarked(page)).toBe(true);

    const failed = page.getByRole('checkbox', { name: 'Failed', exact: true });
    await failed.check();
    await page.getByText('No instances match 2 filters').waitFor();
    await page.reload();
    expect(new URL(page.url()).searchParams.get('status')).toBe('failed');
    await page.getByText('No instances match 2 filters').waitFor();
    expect(await failed.isChecked()).toBe(true);
    await failed.uncheck();
    await page.getByText('6 rows').waitFor();
  }, 60_000);

  it('opens an instance where its address says', async () => {
    await using page = await world.open('/instances?definition=test.workflow');
    await row(page, 'Test workflow for you').getByRole('link').click();
    await arrived(page);
    await page.locator('[data-step=flaky]').click();
    await page.getByRole('tab', { name: 'Steps' }).click();
    await page.waitForURL(/tab=steps/);
    await page.reload();
    expect(await page.getByRole('tab', { name: 'Steps' }).getAttribute('aria-selected')).toBe('true');
    await page.getByText('GATEWAY_TIMEOUT').first().waitFor();
    expect(new URL(page.url()).searchParams.get('step')).toBe('flaky');
  }, 60_000);

  it('cancels with a reason, and shows it', async () => {
    await using page = await world.open('/instances');
    const id = await startSample(page);
    await page.getByRole('button', { name: 'Cancel…' }).click();
    await page.getByLabel('Reason').fill('only a trial');
    await page.getByRole('button', { name: 'Cancel instance' }).click();
    await hasState(page, 'cancelled');
    await page.getByText('Cancelled: only a trial').waitFor();
    expect(await world.client.getInstance(id)).toMatchObject({ status: 'cancelled' });
  }, 60_000);

  it('draws a definition, and shows at the box what the server finds wrong with an input', async () => {
    await using page = await world.open('/definitions');
    await page.getByRole('link', { name: 'test.workflow' }).click();
    await page.locator('[data-step=report]').waitFor();
    expect(await page.locator('[data-step]').count()).toBe(6);
    await page.getByRole('button', { name: 'Start instance…' }).click();
    await page.getByLabel('Input (JSON)').fill('{"visitor": ""}');
    await page.getByRole('button', { name: 'Start instance', exact: true }).click();
    await page.locator('#faults').getByText('/input/visitor').waitFor();
    await page.getByLabel('Input (JSON)').fill('{"visitor": "Ana"}');
    await page.getByRole('button', { name: 'Start instance', exact: true }).click();
    await page.getByRole('heading', { name: 'Test workflow for Ana' }).waitFor();
    const { complaints } = world.browser;
    expect(complaints.splice(0)).toEqual([expect.stringContaining('422')]); // the browser notes the refusal that was asked for
  }, 60_000);

  it('shows the worker, with what it serves', async () => {
    await using page = await world.open('/workers');
    const [worker] = await world.client.workers();
    const line = row(page, worker?.id ?? 'no worker');
    await line.getByText('Active').waitFor();
    await line.getByText('simulate').first().waitFor();
  }, 60_000);

  it('goes where the keys say', async () => {
    await using page = await world.open('/');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByRole('heading', { name: 'Instances', level: 1 }).waitFor();
    await page.keyboard.press('n');
    const id = await arrived(page);
    await page.keyboard.press('g');
    await page.keyboard.press('w');
    await page.getByRole('heading', { name: 'Workers & queues', level: 1 }).waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type(id);
    await page.keyboard.press('Enter');
    expect(await arrived(page)).toBe(id);
    await page.keyboard.press('Shift+C');
    await page.getByLabel('Reason').waitFor();
    await page.keyboard.press('Escape');
    await world.client.cancel(id, { reason: 'seen enough' });
    await hasState(page, 'cancelled');
  }, 60_000);

  it('stays quick while a hundred instances move', async () => {
    await using page = await world.open('/');
    const running = tile(page, 'Running now').locator('.figure');
    await running.getByText('0', { exact: true }).waitFor();
    await page.evaluate(frames);
    const started = await world.client.startBatch(Array.from({ length: 100 }, () => ({ definition: slowDefinition.name })));
    await running.getByText('100', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Instances', exact: true }).click();
    await row(page, slowDefinition.name).getByText('Running').first().waitFor();
    await page.keyboard.press('j');
    await page.locator('[role=row].selected').waitFor();
    await Promise.all(
      started.items.map(({ instance }) => world.client.waitForInstance(instance?.id ?? '', { timeoutMs: 60_000 })),
    );
    await row(page, slowDefinition.name).getByText('Running').first().waitFor({ state: 'detached' });
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await running.getByText('0', { exact: true }).waitFor();
    expect(await page.evaluate<number>('window.longestFrameMs')).toBeLessThan(1_000);
  }, 90_000);

  it('never complained in the console of the browser', () => expect(world.browser.complaints).toEqual([]));

  it('says that the server is gone, and goes on by itself once it is back', async () => {
    await using page = await world.open('/');
    await mark(page);
    const id = await startSample(page);
    await world.server.kill();
    const indicator = page.locator('oqx-live-indicator').getByRole('status');
    await indicator.getByText('Reconnecting…').waitFor();
    await indicator.getByText('Offline').waitFor();
    await page.getByText('The server cannot be reached').waitFor();
    expect(await page.getByRole('button', { name: 'Cancel…' }).isDisabled()).toBe(true);

    await world.server.start();
    await isLive(page);
    const agrees = async () => (await shownAsStored(page, id)) || undefined;
    expect(await until(agrees, 2_000)).toBe(true);
    await hasState(page, 'completed', 60_000);
    expect(await page.locator('[data-state=completed][data-step]').count()).toBe(6);
    expect(await isMarked(page)).toBe(true);
  }, 120_000);

  async function shownAsStored(page: Page, id: string): Promise<boolean> {
    const steps = await world.client.steps(id);
    const stored = steps.filter(({ status }) => status === 'completed').map(({ path }) => path);
    const shown = await page.evaluate<string[]>(
      `[...document.querySelectorAll('[data-step][data-state=completed]')].map(({ dataset }) => dataset.step)`,
    );
    return JSON.stringify(stored.sort()) === JSON.stringify(shown.sort());
  }
});
