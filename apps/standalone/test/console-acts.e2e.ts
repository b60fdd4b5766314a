import type { Page } from 'playwright-core';
import { accessibilityFindings } from '#libs/testing';
import { ConsoleWorld, hasState, inBrowser } from './console-world.js';

const definitions = [
  {
    name: 'acts.approval',
    version: '1.0.0',
    summary: 'Order ${input.id}',
    steps: [
      { id: 'manager', type: 'ask', kind: 'approval', prompt: 'Ship order ${input.id}?', assignees: ['ana'], due: '2h' },
      { id: 'ship', task: 'echo', input: { said: '${steps.manager.output.value}', by: '${steps.manager.output.by}' } },
    ],
  },
  {
    name: 'acts.refund',
    version: '1.0.0',
    steps: [
      {
        id: 'how',
        type: 'ask',
        kind: 'form',
        prompt: 'How is it paid back?',
        form: {
          type: 'object',
          required: ['method', 'cents'],
          properties: {
            method: { enum: ['card', 'voucher'], title: 'Paid back by' },
            cents: { type: 'integer', title: 'Cents', maximum: 500 },
          },
        },
      },
    ],
  },
  {
    name: 'acts.carrier',
    version: '1.0.0',
    steps: [{ id: 'carrier', type: 'ask', kind: 'choice', prompt: 'Which carrier?', choices: ['Post', 'Courier'] }],
  },
  {
    name: 'acts.charge',
    version: '1.0.0',
    steps: [
      {
        id: 'charge',
        task: 'simulate',
        retry: { maxAttempts: 1 },
        input: { duration: '10ms', failTimes: 9, failWith: { code: 'CARD_DECLINED', message: 'Declined', retryable: false } },
      },
      { id: 'confirm', task: 'echo', input: { cents: '${steps.charge.output.cents}' } },
    ],
  },
  {
    name: 'acts.payment',
    version: '1.0.0',
    steps: [{ id: 'paid', type: 'event', names: ['paid', 'declined'], correlate: '${input.order}' }],
  },
  { name: 'acts.many', version: '1.0.0', steps: [{ id: 'nap', type: 'sleep', for: '2h' }] },
  { name: 'acts.nap', version: '1.0.0', steps: [{ id: 'nap', type: 'sleep', for: '2h' }] },
];

const dialog = (page: Page) => page.getByRole('dialog');
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

inBrowser('acting from the console', () => {
  let world: ConsoleWorld;
  const start = async (definition: string, input: object = {}): Promise<string> =>
    (await world.client.startInstance({ definition, input: input as never })).id;
  /** A page of ana's: her name is remembered. */
  const open = async (path: string): Promise<Page> => {
    const page = await world.open('/');
    await page.evaluate(`localStorage.setItem('oqx.person', 'ana')`);
    await page.goto(world.url + path);
    return page;
  };
  const isSound = async (page: Page): Promise<void> => expect(await accessibilityFindings(page)).toEqual([]);

  beforeAll(async () => {
    world = await ConsoleWorld.start();
    for (const document of definitions) await world.client.registerDefinition({ document });
  }, 120_000);
  afterAll(() => world?.[Symbol.asyncDispose](), 60_000);

  it('answers an ask where its instance is shown', async () => {
    const id = await start('acts.approval', { id: 'o-1' });
    await using page = await open(`/instances/${id}`);
    await page.getByText('Ship order o-1?').waitFor();
    await button(page, 'Answer…').click();
    await button(page, 'Reject').click();
    await page.getByText('Say in the comment why it is rejected.').waitFor();
    await isSound(page);
    await button(page, 'Approve').click();
    await hasState(page, 'completed');
    expect(await world.client.waitForInstance(id)).toMatchObject({ output: { said: 'approved', by: 'ana' } });
  }, 60_000);

  it('lists what is asked of a person, and goes on to the next when one is answered', async () => {
    const [approval, carrier] = [await start('acts.approval', { id: 'o-2' }), await start('acts.carrier')];
    await using page = await open('/asks');
    await page.getByText('2 open').waitFor();
    await button(page, 'Mine').click();
    await page.getByText('1 open').waitFor();
    await button(page, "Everybody's").click();
    await page.getByText('2 open').waitFor();
    await page.getByRole('button', { name: 'Ship order o-2?' }).click();
    await page.getByRole('heading', { name: 'Ship order o-2?' }).waitFor();
    await button(page, 'Claim').click();
    await page.getByText('Claimed by ana', { exact: true }).waitFor();
    await isSound(page);
    await page.getByLabel('Comment').fill('too dear');
    await button(page, 'Reject').click();
    await page.getByRole('heading', { name: 'Which carrier?' }).waitFor();
    await button(page, 'Reassign…').click();
    await dialog(page).getByLabel('Assignees').fill('bo, cy');
    await dialog(page).getByRole('button', { name: 'Reassign' }).click();
    await page.getByText('Waiting for bo, cy', { exact: true }).waitFor();
    await page.getByText('Courier').click();
    await button(page, 'Send answer').click();
    await page.getByText('Nobody is asked anything').waitFor();
    expect(await world.client.waitForInstance(approval)).toMatchObject({ output: { said: 'rejected' } });
    expect(await world.client.waitForInstance(carrier)).toMatchObject({ output: { value: 'Courier', by: 'ana' } });
  }, 60_000);

  it('makes a form of a JSON Schema, and says at the field what is wrong', async () => {
    const id = await start('acts.refund');
    await using page = await open(`/asks?ask=${id}/how`);
    await page.getByText('voucher').click();
    await page.getByLabel('Cents').fill('900');
    await button(page, 'Send answer').click();
    await page.getByText('Cents is at most 500.').waitFor();
    await isSound(page);
    await page.getByLabel('Cents').fill('90');
    await button(page, 'Send answer').click();
    await page.getByText('This ask is not open any more').or(page.getByText('Nobody is asked anything')).first().waitFor();
    expect(await world.client.waitForInstance(id)).toMatchObject({ output: { form: { method: 'voucher', cents: 90 } } });
  }, 60_000);

  it('retries a failed step with an edited input, and skips one with an output', async () => {
    const id = await start('acts.charge');
    await using page = await open(`/instances/${id}?step=charge`);
    await hasState(page, 'failed');
    await button(page, 'Retry step…').click();
    await page.getByLabel('Edit the input').check();
    await page.getByLabel('Input (JSON)').fill('{"duration": "1ms",');
    await page.getByText('This is not JSON yet').waitFor();
    expect(await button(page, 'Retry step').isDisabled()).toBe(true);
    await page.getByLabel('Input (JSON)').fill('{"duration": "1ms", "output": {"cents": 7}}');
    await page.getByLabel('Reason').fill('another card');
    await isSound(page);
    await button(page, 'Retry step').click();
    await hasState(page, 'completed');
    expect(await world.client.getInstance(id)).toMatchObject({ generation: 2, output: { cents: 7 } });

    const other = await start('acts.charge');
    await page.goto(`${world.url}/instances/${other}?step=charge`);
    await hasState(page, 'failed');
    await button(page, 'Skip with output…').click();
    await page.getByLabel('Output (JSON)').fill('{"cents": 8}');
    await button(page, 'Skip step').click();
    await hasState(page, 'completed');
    expect(await world.client.getInstance(other)).toMatchObject({ output: { cents: 8 } });
  }, 60_000);

  it('pauses and resumes, and says in the menu why an act is not possible', async () => {
    const id = await start('acts.nap');
    await using page = await open(`/instances/${id}`);
    await button(page, 'Pause…').click();
    await page.getByLabel('Reason').fill('stock-taking');
    await button(page, 'Pause instance').click();
    await hasState(page, 'paused');
    await button(page, 'More actions').click();
    const pause = page.getByRole('menuitem', { name: 'Pause…' });
    await pause.getByText('It is paused.').waitFor();
    expect(await pause.getAttribute('aria-disabled')).toBe('true');
    await isSound(page);
    await page.keyboard.press('Escape');
    await button(page, 'Resume…').click();
    await button(page, 'Resume instance').click();
    await hasState(page, 'waiting');
    let paused: unknown;
    for await (const event of world.client.history(id)) if (event.type === 'instancePaused') paused = event.data;
    expect(paused).toMatchObject({ by: 'ana', reason: 'stock-taking' });
  }, 60_000);

  it('shows why the server refuses an act that came too late', async () => {
    const id = await start('acts.nap');
    await using page = await open(`/instances/${id}`);
    await button(page, 'Pause…').click();
    await world.client.pause(id);
    await button(page, 'Pause instance').click();
    await dialog(page).getByText('ACTION_NOT_POSSIBLE').waitFor();
    await dialog(page)
      .getByText(/expected an instance that is .* but .* is paused/)
      .first()
      .waitFor();
    expect(world.browser.complaints.splice(0)).toEqual([expect.stringContaining('409')]);
  }, 60_000);

  it('runs again from a step on a chosen version', async () => {
    const id = await start('acts.charge');
    await using page = await open(`/instances/${id}`);
    await hasState(page, 'failed');
    await button(page, 'Run again…').click();
    await page.getByLabel('From').selectOption('charge');
    await page.getByLabel('Version').selectOption('latest');
    await isSound(page);
    await button(page, 'Run again').click();
    await page.waitForURL((url) => /\/instances\//.test(url.pathname) && !url.pathname.endsWith(id));
    await hasState(page, 'failed');
    expect((await world.client.getInstance(id)).restartedAs).toHaveLength(1);
  }, 60_000);

  it('sends an event to an instance that waits, and by key', async () => {
    const id = await start('acts.payment', { order: 'p-1' });
    await using page = await open(`/instances/${id}`);
    await button(page, 'Send event…').click();
    expect(await page.locator('#event-name').inputValue()).toBe('paid');
    await page.getByLabel('Payload (JSON)').fill('{"cents": 12}');
    await isSound(page);
    await button(page, 'Send event').click();
    await page.locator('[data-outcome=matched]').waitFor();
    await button(page, 'Close').click();
    await hasState(page, 'completed');
    expect(await world.client.getInstance(id)).toMatchObject({ output: { name: 'paid', payload: { cents: 12 } } });

    await page.goto(`${world.url}/events`);
    await page.getByText('No event is kept').waitFor();
    await button(page, 'Send event…').first().click();
    await page.locator('#event-name').fill('declined');
    await page.locator('#event-key').fill('elsewhere');
    await button(page, 'Send event').click();
    await page.locator('[data-outcome=kept]').waitFor();
    await button(page, 'Close').click();

    const waiting = await start('acts.payment', { order: 'p-2' });
    await page.getByRole('button', { name: 'Bind… declined' }).click();
    await page.getByLabel('Id of the instance').fill(waiting);
    await isSound(page);
    await button(page, 'Bind event').click();
    await page.getByText('No event is kept').waitFor();
    expect(await world.client.waitForInstance(waiting)).toMatchObject({ output: { name: 'declined' } });
  }, 60_000);

  it('acts on many: ticked, tried, run, with what was refused', async () => {
    const naps = await Promise.all([start('acts.many'), start('acts.many'), start('acts.many')]);
    await using page = await open('/instances?definition=acts.many');
    await page.getByText('3 rows').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('x');
    for (let index = 1; index < 3; index++) await page.keyboard.press('j');
    await page.keyboard.press('Shift+X');
    await page.getByText('3 selected').waitFor();
    await world.client.cancel(naps[0]!);
    await button(page, 'Bulk action…').click();
    await dialog(page).getByText('Cancel', { exact: true }).click();
    await dialog(page).getByText('Trial run: 3 instances').waitFor();
    expect(await button(page, 'Run').isDisabled()).toBe(true);
    await page.getByLabel('Type 3 to go on').fill('3');
    await isSound(page);
    await button(page, 'Run').click();
    await page.waitForURL(/\/bulk\//);
    await page.locator('[data-test=job-state][data-state=completed]').waitFor();
    await page.locator('[data-test=done]').getByText('2').waitFor();
    await page.locator('[data-test=failed]').getByText('1').waitFor();
    await page.getByText('INSTANCE_ENDED').waitFor();
    await isSound(page);
    for (const id of naps) expect(await world.client.waitForInstance(id)).toMatchObject({ status: 'cancelled' });
  }, 60_000);

  it('never complained in the console of the browser', () => expect(world.browser.complaints).toEqual([]));
});
