import { accessibilityFindings } from '#libs/testing';
import { ConsoleWorld, inBrowser } from './console-world.js';

const definition = {
  name: 'console.payment',
  version: '1.0.0',
  input: { schema: { type: 'object', required: ['cents'], properties: { cents: { type: 'integer', minimum: 1 } } } },
  steps: [{ id: 'pay', task: 'echo', input: '${input}' }],
};

inBrowser('what needs a person, in a browser', () => {
  let world: ConsoleWorld;

  beforeAll(async () => {
    world = await ConsoleWorld.start();
    await world.client.registerDefinition({ document: definition });
    await world.client.putTrigger('payments', { kind: 'hook', definition: definition.name, input: '${request.body}' });
  }, 120_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  const send = (body: object) =>
    fetch(`${world.url}/api/v1/hooks/payments`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('refused messages are counted in the rail and in a group, one is mended and redriven, the others are discarded with a reason', async () => {
    await using page = await world.open('/');
    const rail = page.getByRole('navigation', { name: 'Main' });
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    await page.getByRole('heading', { name: 'Nothing needs a person' }).waitFor();
    expect(await rail.getByRole('link', { name: 'Dead letters', exact: true }).count()).toBe(1); // no badge
    for (const cents of [-1, -2, -3]) expect((await send({ cents })).status).toBe(422);

    const group = page.locator('[data-test=incident-group]');
    await group.filter({ hasText: 'Refused hook' }).waitFor();
    await group.getByRole('link', { name: 'Show each of the 3' }).waitFor();
    await rail.getByRole('link', { name: 'Dead letters open: 3' }).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await group.getByRole('link', { name: 'Refused hook' }).click();
    await page.locator('[data-test=incident-row]').nth(2).waitFor();

    await page.locator('[data-test=incident-row]').first().getByRole('link').first().click();
    await page.locator('[data-test=incident-state][data-state=open]').waitFor();
    await page.getByRole('button', { name: 'Redrive…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Edit the message').check();
    await dialog.getByLabel('In its place (JSON)').fill('{"cents": "many"}');
    await dialog.getByRole('button', { name: 'Redrive', exact: true }).click();
    await dialog.getByRole('alert').first().waitFor(); // what does not fit its schema is said, and nothing has happened
    world.browser.complaints.splice(0);
    await dialog.getByLabel('In its place (JSON)').fill('{"cents": 1}');
    await dialog.getByLabel('Reason').fill('the sender had the sign wrong');
    await dialog.getByRole('button', { name: 'Redrive', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('[data-test=incident-state][data-state=redriven]').waitFor();
    await page.getByText('“the sender had the sign wrong”').waitFor();
    const started: string[] = [];
    for await (const { id } of world.client.listInstances({ definition: definition.name })) started.push(id);
    expect(started).toHaveLength(1);

    await page.goto(`${world.url}/dead-letters`);
    await group.getByRole('button', { name: 'More actions on the group' }).click();
    await page.getByRole('menuitem', { name: 'Discard…' }).click();
    await dialog.getByText('2 incidents that are open now.').waitFor();
    await dialog.getByRole('button', { name: 'Discard', exact: true }).click();
    expect(await dialog.getByLabel('Reason').evaluate((box) => box.matches(':invalid'))).toBe(true); // not without one
    await dialog.getByLabel('Reason').fill('tests of a partner');
    await dialog.getByRole('button', { name: 'Discard', exact: true }).click();
    await page.getByRole('heading', { name: 'Nothing needs a person' }).waitFor();
    await page.getByRole('tab', { name: 'Discarded' }).click();
    await page.locator('[data-test=incident-row]').filter({ hasText: 'tests of a partner' }).nth(1).waitFor();
    expect(world.browser.complaints).toEqual([]);
  }, 120_000);

  it('the overview says what needs attention, and leads to it', async () => {
    expect((await send({ cents: 0 })).status).toBe(422);
    await world.client.startInstance({ definition: definition.name, input: { cents: 2 } }); // no first run any more
    await using page = await world.open('/');
    await page.locator('[data-test=attention]').getByRole('link', { name: 'Refused hook' }).click();
    await page.locator('[data-test=incident-row]').first().waitFor();
  }, 60_000);

  it('the operator log says who did what, why and from where, and is narrowed by its address', async () => {
    await world.client.pauseTrigger('payments', { reason: 'stock-taking', by: 'ana' });
    await using page = await world.open('/admin/audit');
    const row = page.getByRole('row').filter({ hasText: 'trigger.pause' });
    for (const text of ['ana', 'payments', 'stock-taking']) await row.getByText(text).waitFor();
    expect(await accessibilityFindings(page)).toEqual([]);
    await page.getByLabel('Did what').selectOption('incident');
    await page.waitForURL(/action=incident/);
    await page.getByRole('row').filter({ hasText: 'incident.redrive' }).first().waitFor();
    await row.waitFor({ state: 'detached' });
    await page
      .getByRole('row')
      .filter({ hasText: 'incident.redrive' })
      .getByText('the sender had the sign wrong')
      .first()
      .waitFor();
  }, 60_000);

  it('chaos is hidden where it is not allowed, and its page says why', async () => {
    await using page = await world.open('/chaos');
    await page.getByRole('heading', { name: 'Chaos mode is not allowed here' }).waitFor();
    expect(await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Chaos' }).count()).toBe(0);
  }, 60_000);
});
