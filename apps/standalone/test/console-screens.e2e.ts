import type { Page } from 'playwright-core';
import { accessibilityFindings } from '#libs/testing';
import { ConsoleWorld, inBrowser, startSample } from './console-world.js';

const looks = [
  { theme: 'light', width: 1440 },
  { theme: 'dark', width: 1440 },
  { theme: 'light', width: 360 },
] as const;

/** Something of the screen itself, beyond its frame. */
const content =
  '[data-step], [data-test=incident-group], [data-test=incident-state], table, [role=table], [role=treegrid], oqx-empty, oqx-json, pre, oqx-problem, .missing, .list li, oqx-ask-answer, .editor, .facts';

inBrowser('every screen of the console', () => {
  let world: ConsoleWorld;
  /** By name, in the order they are walked through. */
  let screens: Readonly<Record<string, string>>;

  beforeAll(async () => {
    world = await ConsoleWorld.start();
    await using page = await world.open('/');
    expect(await faultsOf(page)).toEqual([]); // an empty system
    const sample = await startSample(page);
    const failed = await failedOrder();
    const asked = await ask();
    await world.client.sendEvent({ name: 'parcel.arrived', key: 'p-1', payload: { dock: 4 } });
    const job = await refusedJob(failed);
    const incident = await refusedRequest();
    await startersByThemselves();
    await world.client.waitForInstance(sample, { timeoutMs: 60_000 });
    screens = {
      overview: '/',
      instances: '/instances',
      'instances, none': '/instances?key=nothing-like-this',
      definitions: '/definitions',
      definition: '/definitions/test.workflow?step=flaky',
      'source of a definition': '/definitions/test.workflow?tab=code',
      'triggers of a definition': '/definitions/examples.order?tab=triggers',
      triggers: '/triggers',
      'triggers, none': '/triggers?definition=screens.refund',
      schedule: '/triggers/screens.nightly',
      hook: '/triggers/screens.orders',
      'message trigger': '/triggers/screens.stock',
      'new schedule': '/new/trigger',
      'new hook': '/new/trigger?kind=hook',
      'new message trigger': '/new/trigger?kind=message',
      'trigger, edited': '/triggers/screens.nightly/edit',
      webhooks: '/webhooks',
      webhook: '/webhooks/screens.erp',
      'new webhook': '/new/webhook',
      'webhook, edited': '/webhooks/screens.erp/edit',
      workers: '/workers',
      queues: '/workers?tab=queues',
      tasks: '/workers?tab=tasks',
      partitions: '/workers?tab=partitions',
      asks: '/asks',
      ask: `/asks?ask=${asked}/how`,
      'asks, none': '/asks?assignee=nobody',
      events: '/events',
      'events, none': '/events?status=unmatched',
      incidents: '/dead-letters',
      'incidents, none': '/dead-letters?definition=nothing-like-this',
      incident: `/dead-letters/${incident}`,
      'operator log': '/admin/audit',
      'chaos, not allowed': '/chaos',
      'bulk job': `/bulk/${job}`,
      'instance that asks': `/instances/${asked}?step=how`,
      graph: `/instances/${sample}?step=flaky`,
      'graph of a failure': `/instances/${failed}`,
      steps: `/instances/${sample}?tab=steps`,
      history: `/instances/${sample}?tab=history&event=1`,
      data: `/instances/${sample}?tab=data`,
      logs: `/instances/${sample}?tab=logs`,
      related: `/instances/${sample}?tab=related`,
      nowhere: '/nowhere',
    };
  }, 120_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  it.each(looks)(
    'has no accessibility findings and fits, in $theme at $width px',
    async (look) => {
      await using page = await world.open('/', look);
      const faults: Record<string, string[]> = {};
      for (const [name, path] of Object.entries(screens)) {
        await page.goto(world.url + path);
        await page.locator('h1').first().waitFor();
        await page.locator(content).filter({ visible: true }).first().waitFor();
        const found = await faultsOf(page);
        if (found.length > 0) faults[name] = found;
      }
      expect(faults).toEqual({});
    },
    300_000,
  );

  it('has none in its dialogs either', async () => {
    await using page = await world.open('/definitions/test.workflow');
    await page.getByRole('button', { name: 'Start instance…' }).click();
    await page.getByLabel('Input (JSON)').fill('{"visitor": "Ana"}');
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start instance', exact: true }).click();
    await page.getByRole('button', { name: 'Cancel…' }).click();
    await page.getByLabel('Reason').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  }, 60_000);

  it.each([
    ['/triggers', (page: Page) => page.getByRole('switch').first().click(), 'Reason'],
    ['/triggers/screens.nightly', (page: Page) => page.getByRole('button', { name: 'Backfill…' }).click(), 'From'],
    ['/workers?tab=queues', (page: Page) => page.getByRole('button', { name: 'Settings…' }).first().click(), 'Steps at once'],
    ['/workers?tab=tasks', (page: Page) => page.getByRole('button', { name: 'Settings…' }).first().click(), 'Steps at once'],
    ['/workers', (page: Page) => page.getByRole('button', { name: 'Drain…' }).first().click(), 'Reason'],
  ])(
    'nor in the dialogs of %s',
    async (path, open, label) => {
      await using page = await world.open(path, { theme: 'dark' });
      await open(page);
      await page.getByRole('dialog').getByLabel(label).first().waitFor();
      expect(await faultsOf(page)).toEqual([]);
    },
    60_000,
  );

  it('lists every key behind ?', async () => {
    await using page = await world.open('/');
    await page.keyboard.press('?');
    await page.getByRole('dialog').getByText('Triggers', { exact: true }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
  }, 60_000);

  it('never complains in the console of the browser', () => expect(world.browser.complaints).toEqual([]));

  async function ask(): Promise<string> {
    const form = {
      type: 'object',
      required: ['method', 'cents'],
      properties: {
        method: { enum: ['card', 'voucher'], title: 'Paid back by' },
        cents: { type: 'integer', maximum: 500 },
        address: { type: 'object', properties: { city: { type: 'string' } } },
        lines: { type: 'array' },
        people: { type: 'array', items: { type: 'string' } },
        until: { type: 'string', format: 'date-time' },
        mail: { type: 'boolean' },
      },
    };
    const steps = [{ id: 'how', type: 'ask', kind: 'form', prompt: 'How is it paid back?', assignees: ['ana'], due: '1s', form }];
    await world.client.registerDefinition({ document: { name: 'screens.refund', version: '1.0.0', steps } });
    const { id } = await world.client.startInstance({ definition: 'screens.refund', input: { order: 'o-1', cents: 490 } });
    return id;
  }

  /** One of each kind, a request that was refused, a webhook that has told something. */
  async function startersByThemselves(): Promise<void> {
    const { client, url } = world;
    const definition = 'examples.order';
    const schedule = { kind: 'schedule', definition, cron: '30 2 * * *', timezone: 'America/New_York' } as const;
    await client.putTrigger('screens.nightly', { ...schedule, input: { id: '${string(scheduledAt)}' } });
    await client.runTrigger('screens.nightly');
    await client.putTrigger('screens.orders', {
      kind: 'hook',
      definition,
      input: '${request.body}',
      secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
    });
    const unsigned = await fetch(`${url}/api/v1/hooks/screens.orders`, { method: 'POST', body: '{}' });
    expect(unsigned.status).toBe(401);
    await client.putTrigger('screens.stock', { kind: 'message', definition, exchange: 'warehouse' });
    await client.pauseTrigger('screens.stock', { reason: 'stock-taking', by: 'ana' });
    await client.putWebhook('screens.erp', { url: 'https://erp.example.invalid/in', events: ['completed', 'failed'] });
    await client.testWebhook('screens.erp');
  }

  /** An incident of its own. */
  async function refusedRequest(): Promise<string> {
    await world.client.putTrigger('screens.open', { kind: 'hook', definition: 'examples.order', input: '${request.body}' });
    const headers = { 'content-type': 'application/json' };
    const refused = await fetch(`${world.url}/api/v1/hooks/screens.open`, { method: 'POST', headers, body: '{"id": 7}' });
    expect(refused.status).toBe(422);
    for await (const { id } of world.client.listIncidents({ kind: ['refusedHook'] })) return id;
    throw new Error('a refused request made no incident');
  }

  async function refusedJob(ended: string): Promise<string> {
    return (await world.client.startBulk({ action: 'pause', ids: [ended], reason: 'stock-taking' })).id;
  }

  async function failedOrder(): Promise<string> {
    const input = { id: 'o-1', customer: 'acme', items: [{ sku: 'free', cents: 0 }] };
    const { id } = await world.client.startInstance({ definition: 'examples.order', input });
    await world.client.waitForInstance(id, { timeoutMs: 20_000 });
    return id;
  }
});

/** In words: what axe found, and whether the page is wider than the window. */
async function faultsOf(page: Page): Promise<string[]> {
  const found = (await accessibilityFindings(page)).map(({ id, impact, where }) => `${impact}: ${id} at ${where}`);
  const [wide, room] = await page.evaluate<[number, number]>('[document.documentElement.scrollWidth, window.innerWidth]');
  return wide > room ? [...found, `${wide} px wide, where there are ${room}`] : found;
}
