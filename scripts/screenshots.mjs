// Pictures of the console for the documentation, into docs/images: `node scripts/screenshots.mjs [minutes of traffic, default 3]`.
// Run by hand when the console's look changes, with Chromium installed; look at what it wrote before committing it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ensureBuilt } from './run/build.mjs';
import { inRoot } from './run/paths.mjs';
import { order, refund, review, reviews, traffic } from './pictures/shop.mjs';

const images = inRoot('docs', 'images');
const minutes = Number(process.argv[2] ?? 3);

await ensureBuilt();
const { ProcessGroup, startStandalone, TestBrowser } = await import(`${inRoot('dist', 'libs', 'testing', 'src')}/index.js`);
const { OrquestraClient } = await import(`${inRoot('dist', 'libs', 'client', 'src')}/index.js`);

const dataDir = mkdtempSync(join(tmpdir(), 'orquestra-screenshots-'));
const group = new ProcessGroup(inRoot());
const browser = await TestBrowser.start();
try {
  const { url } = await startStandalone(group, { dataDir, env: { ORQUESTRA_NODE_ID: 'standalone-1' } });
  await takeAll(new OrquestraClient({ baseUrl: url }));
} finally {
  await browser[Symbol.asyncDispose]();
  await group.end();
  rmSync(dataDir, { recursive: true, force: true });
}

async function takeAll(client) {
  await client.registerDefinition({ document: order('1.3.0', '900ms') });
  await client.registerDefinition({ document: refund });
  await client.registerDefinition({ document: review });
  await traffic(client, minutes);
  await client.registerDefinition({ document: order('1.4.0', '10m') });
  const { id } = await client.startInstance({
    definition: 'shop.order',
    key: 'A-2041',
    input: { id: 'A-2041', customer: 'Ana Lima', card: 'slow' },
  });
  await stepsAre(client, id, { 'charge-card': 'retrying', 'print-label': 'completed', pack: 'running' });
  const [asked] = await Promise.all(reviews.map((input) => client.startInstance({ definition: 'shop.review', input })));
  await stepsAre(client, asked.id, { manager: 'waiting' });
  const screens = {
    overview: '/',
    instances: '/instances',
    instance: `/instances/${id}`,
    definition: '/definitions/shop.order?step=charge-card',
    asks: `/asks?ask=${asked.id}/manager`,
    workers: '/workers',
  };
  mkdirSync(images, { recursive: true });
  for (const theme of ['light', 'dark'])
    for (const [name, path] of Object.entries(screens))
      await take(client.baseUrl + path, theme, join(images, `${name}-${theme}.png`));
}

async function take(address, theme, path) {
  const page = await browser.open(address, { theme });
  await page.getByRole('status').getByText('Live', { exact: true }).waitFor();
  await page.locator('[data-step], table, [role=table], oqx-ask-answer').first().waitFor();
  await page.waitForLoadState('networkidle').catch(() => undefined);
  await page.screenshot({ path });
  await page.close();
  process.stdout.write(`${path}\n`);
}

async function stepsAre(client, id, wanted) {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await delay(50)) {
    const steps = new Map((await client.steps(id)).map(({ path, status }) => [path, status]));
    if (Object.entries(wanted).every(([path, status]) => steps.get(path) === status)) return;
  }
  throw new Error(`expected the steps of ${id} to become ${JSON.stringify(wanted)} within 30 s, but they did not`);
}
