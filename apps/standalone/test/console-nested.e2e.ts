import type { Page } from 'playwright-core';
import { accessibilityFindings } from '#libs/testing';
import { ConsoleWorld, hasState, inBrowser } from './console-world.js';

const failing = { failTimes: 9, failWith: { code: 'SOLD_OUT', message: 'No room left', retryable: false } };
const definition = {
  name: 'console.trip',
  version: '1.0.0',
  steps: [
    {
      id: 'size',
      type: 'branch',
      on: '${input.size}',
      cases: [
        { id: 'small', is: 'small', steps: [{ id: 'accept', task: 'echo' }] },
        { id: 'large', is: 'large', steps: [{ id: 'refuse', task: 'echo' }] },
      ],
    },
    {
      id: 'each',
      type: 'forEach',
      items: '${input.items}',
      onError: 'collect',
      steps: [{ id: 'check', type: 'fail', code: 'ODD', message: 'an odd one', when: '${item % 2 == 1}' }],
    },
    {
      id: 'book',
      type: 'try',
      steps: [{ id: 'hotel', task: 'simulate', input: failing }],
      catch: [
        { codes: ['SOLD_OUT'], steps: [{ id: 'other', task: 'script', input: { code: 'print("looked elsewhere"); return 1' } }] },
      ],
    },
    { id: 'wait', type: 'event', names: ['paid', 'packed'], match: 'all', timeout: '1h' },
  ],
};
const parent = {
  name: 'console.agency',
  version: '1.0.0',
  steps: [{ id: 'trip', type: 'workflow', workflow: 'console.trip', input: { size: 'small', items: [1] } }],
};
const wide = {
  name: 'console.wide',
  version: '1.0.0',
  steps: [
    {
      id: 'all',
      type: 'forEach',
      items: '${input.items}',
      onError: 'collect',
      steps: [{ id: 'bad', type: 'fail', code: 'BAD', when: '${item == 777}' }],
    },
    { id: 'far', type: 'set', values: { payload: '${input.items}' } },
  ],
};

inBrowser('an instance with steps inside steps', () => {
  let world: ConsoleWorld;
  let trip: string;
  let agency: string;

  beforeAll(async () => {
    world = await ConsoleWorld.start();
    for (const document of [definition, parent, wide]) await world.client.registerDefinition({ document });
    trip = (await world.client.startInstance({ definition: 'console.trip', input: { size: 'small', items: [2, 3, 4] } })).id;
    agency = (await world.client.startInstance({ definition: 'console.agency' })).id;
  }, 120_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  const isAt = (page: Page, path: string, state: string): Promise<void> =>
    page.locator(`[data-step="${path}"][data-state="${state}"]`).waitFor();

  it('shows in the graph what is inside each block, and where it stands', async () => {
    await using page = await world.open(`/instances/${trip}`);
    await hasState(page, 'waiting');
    await isAt(page, 'size/small/accept', 'completed');
    await isAt(page, 'size/large/refuse', 'notReached');
    await isAt(page, 'book/body/hotel', 'failed');
    await isAt(page, 'book/catch-0/other', 'completed');
    await isAt(page, 'each/1/check', 'failed'); // of the items the one that failed
    await page.getByRole('button', { name: 'Next of each' }).click();
    await isAt(page, 'each/2/check', 'skipped');
    await page.locator('[data-fold=book]').click();
    await page.locator('[data-step="book/body/hotel"]').waitFor({ state: 'detached' });
    expect(await accessibilityFindings(page)).toEqual([]);
  }, 60_000);

  it('says what it waits for, counts down to the end of the wait, and goes on when events come', async () => {
    const { id } = await world.client.startInstance({ definition: 'console.trip', input: { size: 'large', items: [] } });
    await using page = await world.open(`/instances/${id}?step=wait`);
    await isAt(page, 'wait', 'waiting');
    const panel = page.getByRole('region', { name: 'wait', exact: true });
    await panel.getByText('waits for events "paid" and "packed"').waitFor();
    await panel.getByText(/gives up in 59 min \d+ s/).waitFor();
    await world.client.sendEventToInstance(id, { name: 'paid' });
    await panel.getByText('has come').waitFor();
    await panel.getByText('waits for event "packed"').waitFor();
    await world.client.sendEventToInstance(id, { name: 'packed' });
    await hasState(page, 'completed');
    await isAt(page, 'wait', 'completed');
  }, 60_000);

  it('lists them as a tree that the keyboard walks, down to the log of a script', async () => {
    await using page = await world.open(`/instances/${trip}?tab=steps`);
    const row = (path: string) => page.locator(`[data-row="${path}"]`);
    await row('book/catch-0/other').waitFor();
    await row('size').focus();
    await page.keyboard.press('ArrowLeft');
    await row('size/small').waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowRight');
    await row('size/small').waitFor();
    await row('book/catch-0/other').getByRole('button', { name: 'other' }).click();
    await page.getByRole('log').getByText('looked elsewhere').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByRole('tab', { name: 'Logs' }).click();
    await page.getByRole('status').getByText('1 of 1 lines').waitFor();
    await page.getByLabel('Filter log lines').fill('nothing like it');
    await page.getByText('No line matches').waitFor();
  }, 60_000);

  it('leads from parent to child and back', async () => {
    await using page = await world.open(`/instances/${agency}?step=trip`);
    await page.locator('[data-test=child-link]').click();
    await page.locator('[data-test=parent-link]').waitFor();
    await page.locator('[data-step="book/catch-0/other"]').waitFor();
    await page.getByRole('tab', { name: /^Related/ }).click();
    await page.getByText('Started by').first().waitFor();
    await page.locator('[data-test=parent-link]').click();
    await page.waitForURL(new RegExp(agency));
    await page.getByRole('tab', { name: /^Related/ }).click();
    await page.getByRole('cell', { name: 'console.trip@1.0.0' }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
  }, 60_000);

  it('pages through the items of a long list, finds the one that failed, and links what is too big for the history', async () => {
    const items = Array.from({ length: 20_000 }, (_, index) => index);
    const { id } = await world.client.startInstance({ definition: 'console.wide', input: { items } });
    await world.client.waitForInstance(id, { timeoutMs: 60_000 });
    await using page = await world.open(`/instances/${id}?tab=steps`);
    await page.getByText('1–100 of 20,000').waitFor();
    await page.getByRole('button', { name: 'Later ones' }).click();
    await page.getByText('101–200 of 20,000').waitFor();
    await page.getByRole('button', { name: 'Failed only: 1' }).click();
    await page.locator('[data-row="all/777"]').waitFor();
    await page.goto(`${world.url}/instances/${id}?tab=steps&step=all/15000/bad`);
    await page.locator('[data-row="all/15000/bad"]').waitFor();
    await page.goto(`${world.url}/instances/${id}?step=far`);
    const link = page.getByRole('link', { name: /^Show .*KiB/ }).first();
    const response = await page.request.get(new URL((await link.getAttribute('href')) ?? '', world.url).href);
    expect(JSON.stringify(await response.json())).toContain('19999');
  }, 120_000);

  it('never complains in the console of the browser', () => expect(world.browser.complaints).toEqual([]));
});
