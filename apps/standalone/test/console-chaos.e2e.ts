import { accessibilityFindings } from '#libs/testing';
import { ConsoleWorld, inBrowser } from './console-world.js';

const definition = {
  name: 'console.chaotic',
  version: '1.0.0',
  steps: [
    { id: 'first', task: 'simulate', input: { duration: '20ms' } },
    { id: 'second', task: 'simulate', input: { duration: '20ms' } },
  ],
};
const instances = 40;

inBrowser('chaos mode, in a browser', () => {
  let world: ConsoleWorld;

  beforeAll(async () => {
    world = await ConsoleWorld.start({ ORQUESTRA_CHAOS_ALLOWED: 'true' });
    await world.client.registerDefinition({ document: definition });
  }, 120_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  it('is planned with its blast radius, enabled by typing so, seen on every page, and reported when it is stopped', async () => {
    await using page = await world.open('/');
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Chaos' }).click();
    await page.getByRole('button', { name: 'Gentle' }).click();
    await page.getByRole('switch', { name: 'Fail a step' }).and(page.locator('[aria-checked=true]')).waitFor();
    await page.getByLabel('Fail a step, %').fill('200');
    await page.getByText('From 0 to 100.').waitFor();
    expect(await page.getByRole('switch', { name: 'Enable chaos mode' }).isDisabled()).toBe(true);
    await page.getByLabel('Fail a step, %').fill('50');
    await page.getByText('Running instances').waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);

    await page.getByRole('switch', { name: 'Enable chaos mode' }).click();
    const dialog = page.getByRole('dialog');
    const enable = dialog.getByRole('button', { name: 'Enable chaos mode' });
    expect(await enable.isDisabled()).toBe(true);
    await dialog.getByLabel('to go on').fill('enable chaos mode');
    await dialog.getByLabel('Reason').fill('game day');
    await enable.click();
    const banner = page.getByRole('region', { name: 'Chaos mode' });
    await banner.getByText('Chaos mode is on.').waitFor();

    const start = { definition: definition.name, input: {} };
    await world.client.startBatch(Array.from({ length: instances }, () => start));
    await page.getByRole('link', { name: 'Definitions', exact: true }).click();
    await banner.getByRole('button', { name: 'Stop' }).waitFor(); // on every page
    await banner.getByRole('link').click();
    await page
      .locator('[data-test=figure-0]')
      .filter({ hasText: /^([6-9]|\d{2,})$/ })
      .waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await banner.getByRole('button', { name: 'Stop' }).click();
    await banner.waitFor({ state: 'detached' });
    await page.getByRole('heading', { name: 'Report of the last run' }).waitFor();
    await page.locator('[data-test=chaos-report]').getByText('0 instances failed by chaos').waitFor();

    // What chaos does not undo: each instance ends as it would have without it.
    const ids: string[] = [];
    for await (const { id } of world.client.listInstances({ definition: definition.name })) ids.push(id);
    expect(ids).toHaveLength(instances);
    for (const id of ids) expect((await world.client.waitForInstance(id, { timeoutMs: 30_000 })).status).toBe('completed');
  }, 120_000);
});
