import type { Page } from 'playwright-core';
import { ConsoleWorld, inBrowser } from './console-world.js';

const definition = {
  name: 'console.report',
  version: '1.0.0',
  steps: [{ id: 'write', task: 'echo', input: '${input}' }],
};

/** In the dialog that is open: why, and go. */
async function confirm(page: Page, word: string, reason = ''): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  await dialog.getByRole('button', { name: word, exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

inBrowser('what starts by itself, in a browser', () => {
  let world: ConsoleWorld;

  beforeAll(async () => {
    world = await ConsoleWorld.start();
    await world.client.registerDefinition({ document: definition });
  }, 120_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  it('a schedule is written while the server explains it, run by hand, paused with a note and deleted by its name', async () => {
    await using page = await world.open('/triggers');
    await page.getByRole('heading', { name: 'Nothing starts by itself yet' }).waitFor();
    await page.getByRole('link', { name: 'New trigger…' }).first().click();
    await page.getByLabel('Name').fill('nightly');
    await page.getByLabel('Definition').fill(definition.name);
    await page.getByLabel('Time zone').fill('America/New_York');
    await page.getByLabel('Cron expression').fill('30 2 * * *');
    await page.getByText('At 02:30').waitFor();
    await page.getByText('2027-03-14').waitFor(); // there is no 02:30 on that day
    await page.getByLabel('Cron expression').fill('30 2 * *');
    await page.locator('#cron[aria-invalid=true]').waitFor();
    world.browser.complaints.splice(0); // the browser notes the refusal that was asked for
    await page.getByRole('button', { name: 'On weekdays, 09:00' }).click();
    await page.getByText('Monday through Friday').waitFor();
    await page.getByLabel('Input (JSON)').fill('{"at": "${string(scheduledAt)}"}');
    await page.getByRole('button', { name: 'Save trigger' }).press('Enter'); // a preview that arrives moves what a mouse aims at

    const isSaved = page.getByRole('heading', { name: 'nightly', level: 1 }).waitFor();
    await isSaved.catch(async () => Promise.reject(new Error(`expected nightly, but found ${await page.innerText('body')}`)));
    await page.getByRole('button', { name: 'Run now…' }).click();
    await confirm(page, 'Run now');
    const run = page.getByRole('row').filter({ hasText: 'By hand' });
    await run.getByText('Completed').waitFor();
    await run.getByRole('link').click();
    await page.locator('[data-test=trigger-link]', { hasText: 'nightly' }).click();

    await page.getByRole('button', { name: 'Pause…' }).click();
    await confirm(page, 'Pause trigger', 'stock-taking');
    await page.locator('[data-test=trigger-state][data-state=paused]').waitFor();
    await page.getByText('Paused: stock-taking').waitFor();
    await page.getByRole('link', { name: 'Triggers', exact: true }).click();
    const on = page.getByRole('switch', { name: 'nightly is active' });
    await on.click();
    await confirm(page, 'Resume trigger');
    await page.locator('[role=switch][aria-checked=true]').waitFor();

    await page.getByRole('link', { name: 'nightly', exact: true }).click();
    await page.getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const remove = page.getByRole('dialog').getByRole('button', { name: 'Delete trigger' });
    expect(await remove.isDisabled()).toBe(true);
    await page.getByLabel('Type nightly to go on').fill('nightly');
    await remove.click();
    await page.getByRole('heading', { name: 'Nothing starts by itself yet' }).waitFor();
  }, 90_000);

  it('the slots of a range are counted before they are started', async () => {
    const { client } = world;
    await client.putTrigger('hourly', { kind: 'schedule', definition: definition.name, cron: '0 * * * *' });
    await using page = await world.open('/triggers/hourly');
    await page.getByRole('button', { name: 'Backfill…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('From').fill('2026-03-01T00:00');
    await dialog.getByLabel('To, not included').fill('2026-03-01T03:00');
    await dialog.getByText('3 slots').waitFor();
    await confirm(page, 'Start them');
    await page.getByRole('row').filter({ hasText: 'Backfill' }).nth(2).waitFor({ timeout: 20_000 });
  }, 60_000);

  it('a hook shows what came, with what was refused and why', async () => {
    const { client, url, browser } = world;
    const hook = { kind: 'hook', definition: definition.name, input: '${request.body}', key: '${request.body.id}' } as const;
    await client.putTrigger('orders', hook);
    const send = (body: string) =>
      fetch(`${url}/api/v1/hooks/orders`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    expect((await send('{"id": "o-1"}')).ok).toBe(true);
    expect((await send('{"nothing": 1}')).status).toBe(422);
    await using page = await world.open('/triggers/orders');
    await page.getByText('Started', { exact: true }).first().waitFor();
    await page.getByText('Refused').waitFor();
    await page.getByRole('row').filter({ hasText: 'Refused' }).getByRole('button').click();
    await page.getByText('{"nothing": 1}').waitFor();
    expect(browser.complaints).toEqual([]);
  }, 60_000);

  it('the secret of a webhook is shown once, and what it sends is listed', async () => {
    await using page = await world.open('/new/webhook');
    await page.getByLabel('Name').fill('erp');
    await page.getByLabel('Address').fill('https://erp.example.invalid/in');
    await page.getByLabel('Failed', { exact: true }).check();
    await page.getByRole('button', { name: 'Save webhook' }).click();
    await page.getByText('Copy this secret now.').waitFor();
    await page.getByText(/^whsec_/).waitFor();
    await page.getByRole('button', { name: 'Send test…' }).click();
    await confirm(page, 'Send test');
    await page.getByRole('row').filter({ hasText: 'ping' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'erp', level: 1 }).waitFor();
    expect(await page.getByText(/^whsec_/).count()).toBe(0);
    await page.getByRole('button', { name: 'Disable…' }).click();
    await confirm(page, 'Disable webhook');
    await page.locator('[data-test=webhook-state][data-state=disabled]').waitFor();
  }, 60_000);
});
