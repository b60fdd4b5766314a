import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { lifecycleEventSchema, webhookPayloadSchema } from '#libs/contracts';
import {
  type DeliveryResult,
  type DueDelivery,
  FeedQueries,
  type WebhookFacts,
  WebhookQueue,
  type WebhookRow,
  WebhookStore,
} from '#libs/persistence';
import { newWebhookSecret, verifyWebhook } from '#libs/platform';
import { Incidents } from '../src/incidents/incidents.js';
import { OrchestratorMetrics } from '../src/metrics/orchestrator-metrics.js';
import { WebhookRunner } from '../src/webhooks/webhook-runner.js';
import { definitionOf, OrchestratorBench } from './bench/orchestrator-bench.js';
import { type Answer, type Received, ReceiverServer } from './bench/receiver-server.js';

jest.setTimeout(60_000);

const nothing = definitionOf('nothing', []);
const secret = newWebhookSecret();

describe('webhooks', () => {
  let bench: OrchestratorBench;
  let store: WebhookStore;
  let closings: (() => unknown)[];

  beforeEach(async () => {
    closings = [];
    bench = await OrchestratorBench.open();
    store = new WebhookStore(bench.database.dataSource);
    await bench.register(nothing);
    await bench.node('one');
  });
  afterEach(async () => {
    for (const close of closings.reverse()) await close();
    await bench.close();
  });

  async function receiver(answer?: (received: Received) => Answer, port?: number): Promise<ReceiverServer> {
    const server = await new ReceiverServer(answer).listen(port);
    closings.push(() => server.close());
    return server;
  }

  async function hook(name: string, url: string, changes: Partial<WebhookFacts> = {}): Promise<WebhookRow> {
    const facts = { url, definitions: null, events: null, severity: null, secrets: [secret], headers: {}, note: null };
    return (await store.put('main', name, { ...facts, status: 'active', ...changes })).row;
  }

  function runner(nodeId = 'one', httpAllowPrivate = true, queue = new WebhookQueue(bench.pool)): WebhookRunner {
    const incidents = new Incidents(
      bench.incidents,
      new OrchestratorMetrics(new Registry()),
      bench.incidentActs,
      bench.incidentQueries,
    );
    const made = new WebhookRunner(queue, new FeedQueries(bench.pool), incidents, new OrchestratorMetrics(new Registry()), {
      nodeId,
      topology: 1,
      httpAllowPrivate,
      webhookAttempts: 256,
    });
    made.onApplicationBootstrap();
    closings.push(() => made.beforeApplicationShutdown());
    return made;
  }

  const settled = async (id: string, status: 'delivered' | 'failed' | 'waiting', count: number): Promise<void> => {
    for (;;) {
      const { items } = await store.deliveries(id, status, { limit: 200 });
      if (items.filter(({ attempts }) => attempts > 0).length >= count) return;
      await new Promise((resolve) => setTimeout(resolve, 20)); // nothing tells a test what another connection has written
    }
  };

  it('tell each lifecycle event, signed so that the receiver can check it', async () => {
    const server = await receiver();
    const { id } = await hook('all', server.url, {
      secrets: [secret, newWebhookSecret()],
      headers: { authorization: 'Bearer x' },
    });
    runner();
    const instance = await bench.start('nothing');
    await server.until(({ ids }) => ids.size === 2);
    const told = (event: string) => server.received.find(({ body }) => JSON.parse(body).data.event === event);
    const [started, completed] = [told('started'), told('completed')]; // side by side: which comes first is not promised
    expect(started!.id).toBe(`${instance}/1`);
    const header = (name: string) => String(completed!.headers[name]);
    const signature = { id: completed!.id, timestamp: header('webhook-timestamp'), signature: header('webhook-signature') };
    expect(verifyWebhook(signature, Buffer.from(completed!.body), [secret], Date.now())).toBe('valid');
    expect(header('webhook-signature').split(' ')).toHaveLength(2);
    expect(header('authorization')).toBe('Bearer x');
    const payload = webhookPayloadSchema.parse(JSON.parse(completed!.body));
    expect(payload).toMatchObject({
      type: 'dev.orquestrax.instance.completed.v1',
      data: { id: instance, event: 'completed', output: {} },
    });
    expect(lifecycleEventSchema.parse(JSON.parse(started!.body).data)).toMatchObject({
      event: 'started',
      status: 'running',
      seq: 1,
    });
    await settled(id, 'delivered', 2);
    expect(await store.get('main', 'all')).toMatchObject({ delivered: 2, failed: 0, lastStatus: 204 });
  });

  it('tell only what was asked for', async () => {
    const server = await receiver();
    await bench.register(definitionOf('failing', [{ id: 'stop', type: 'fail', code: 'NO', message: 'no' }]));
    await hook('ends', server.url, { events: ['completed', 'failed'], definitions: ['failing'] });
    const bad = await receiver();
    await hook('bad', bad.url, { severity: 'error' });
    runner();
    await bench.end(await bench.start('nothing'));
    const failed = await bench.start('failing');
    await Promise.all([server, bad].map((one) => one.until(({ received }) => received.length > 0)));
    for (const { received } of [server, bad]) {
      expect(received).toHaveLength(1);
      expect(JSON.parse(received[0]!.body).data).toMatchObject({ id: failed, event: 'failed', error: { code: 'NO' } });
    }
  });

  it('are delivered by another when the one who did it is gone, and each event arrives', async () => {
    const server = await receiver();
    await hook('all', server.url, { events: ['completed'] });
    const first = runner('dead');
    const ids = await bench.startMany('nothing', 200);
    await server.until(({ ids: seen }) => seen.size >= 50);
    await first.beforeApplicationShutdown();
    // as if it had been killed: its lease stands, and it has said nothing of what it did last
    await bench.database.dataSource.query(`UPDATE workflow_webhooks SET lease_owner = 'dead', lease_until = 1`);
    await bench.database.dataSource.query(
      `UPDATE workflow_webhook_deliveries SET status = 'waiting', attempts = 0, next_at = 0 WHERE status = 'delivered' AND seq % 2 = 0`,
    );
    runner('heir');
    await server.until(({ ids: seen }) => seen.size === 200);
    expect(new Set([...server.ids].map((id) => id.split('/')[0]))).toEqual(new Set(ids));
  });

  it('of a dead receiver hold up no other', async () => {
    const dead = await receiver(() => 'silent');
    const live = await receiver();
    await hook('dead', dead.url, { events: ['completed'] });
    await hook('live', live.url, { events: ['completed'] });
    runner();
    await bench.startMany('nothing', 1_000);
    await live.until(({ ids }) => ids.size === 1_000);
    expect(live.received).toHaveLength(1_000);
    expect(dead.mostOpen).toBeLessThanOrEqual(8); // none of them has been answered, and there are no more at once
  });

  it('arrive when the receiver is there again', async () => {
    const gone = await receiver();
    const { port, url } = gone;
    gone.close();
    const { id } = await hook('all', url, { events: ['completed'] });
    runner();
    await bench.startMany('nothing', 20);
    await settled(id, 'waiting', 5);
    const { items } = await store.deliveries(id, 'waiting', { limit: 20 });
    expect(items.some(({ lastError, lastStatus }) => lastStatus === null && /ECONNREFUSED/.test(lastError ?? ''))).toBe(true);
    const back = await receiver(undefined, port);
    await back.until(({ ids }) => ids.size === 20);
    await settled(id, 'delivered', 20);
    expect(await store.get('main', 'all')).toMatchObject({ failingSince: null, status: 'active' });
  });

  it('are known to have arrived, once, though it could not be written down at first', async () => {
    const server = await receiver();
    const { id } = await hook('all', server.url, { events: ['completed'] });
    const query = (text: string) => bench.database.dataSource.query(text);
    await query('ALTER TABLE workflow_webhook_deliveries RENAME COLUMN last_ms TO away');
    const trouble = jest.spyOn(Logger.prototype, 'warn');
    const troubled = new Promise<void>((resolve) => trouble.mockImplementation((text) => /last_ms/.test(text) && resolve()));
    runner();
    await bench.start('nothing');
    await troubled;
    trouble.mockRestore();
    await query('ALTER TABLE workflow_webhook_deliveries RENAME COLUMN away TO last_ms');
    await settled(id, 'delivered', 1);
    expect(server.received).toHaveLength(1);
  });

  it('arrive once, though others are written down while more are read', async () => {
    const server = await receiver();
    const { id } = await hook('all', server.url, { events: ['completed'] });
    await bench.startMany('nothing', 300);
    runner('one', true, new SlowToTell(bench.pool));
    await settled(id, 'delivered', 200); // as many as a page has
    await server.until(({ ids }) => ids.size === 300);
    expect(server.received).toHaveLength(300);
  });

  it('are disabled by a receiver that is gone for good, and an incident says so', async () => {
    const server = await receiver(() => 410);
    const { id } = await hook('all', server.url);
    runner();
    await bench.start('nothing');
    await settled(id, 'failed', 1);
    for (let row = await store.get('main', 'all'); row?.status !== 'disabled'; row = await store.get('main', 'all'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await store.get('main', 'all'))!.note).toContain('410');
    for (;;) {
      const { items } = await bench.incidentQueries.list({ kinds: ['webhookDisabled'] }, { limit: 5 });
      if (items.length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  });

  it('go to no private address, and follow no redirect', async () => {
    const inside = await receiver();
    const redirecting = await receiver(() => ({ status: 307, headers: { location: inside.url } }));
    const { id: strict } = await hook('strict', inside.url, { events: ['completed'] });
    const strictRunner = runner('strict', false);
    await bench.start('nothing');
    await settled(strict, 'waiting', 1);
    expect((await store.deliveries(strict, 'waiting', { limit: 1 })).items[0]!.lastError).toMatch(
      /expected (a public address|port)/,
    );
    await strictRunner.beforeApplicationShutdown();
    await store.remove('main', 'strict');
    const { id } = await hook('redirecting', redirecting.url, { events: ['completed'] });
    runner();
    await bench.start('nothing');
    await settled(id, 'waiting', 1);
    expect((await store.deliveries(id, 'waiting', { limit: 1 })).items[0]).toMatchObject({
      lastStatus: 307,
      lastError: expect.stringContaining('not followed'),
    });
    expect(inside.received).toEqual([]);
  });

  it('say when what they had not read was swept', async () => {
    const server = await receiver();
    await hook('all', server.url, { events: ['completed'] });
    for (let n = 0; n < 6; n += 1) await bench.end(await bench.start('nothing'));
    await bench.database.dataSource.query(
      `DELETE FROM workflow_batches b WHERE batch_no < (SELECT max(batch_no) FROM workflow_batches n WHERE n.partition = b.partition)`,
    );
    await bench.database.dataSource.query('UPDATE workflow_webhook_cursors SET batch_no = 2');
    runner();
    for (;;) {
      const { items } = await bench.incidentQueries.list({ kinds: ['webhookMissed'] }, { limit: 5 });
      if (items.length > 0) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await bench.start('nothing');
    await server.until(({ received }) => received.length > 0);
  });

  it('tell a test at once what is wrong', async () => {
    const server = await receiver(() => 500);
    const { id } = await hook('all', server.url);
    runner();
    await store.ping(id, crypto.randomUUID() as never);
    await settled(id, 'failed', 1);
    expect(JSON.parse(server.received[0]!.body)).toMatchObject({
      type: 'dev.orquestrax.webhook.ping.v1',
      data: { webhook: 'all' },
    });
  });
});

/** What it has read comes when something else has been written. */
class SlowToTell extends WebhookQueue {
  private settledNext = Promise.withResolvers<void>();

  override async due(webhookId: string, limit: number): Promise<DueDelivery[]> {
    const due = await super.due(webhookId, limit);
    await Promise.race([this.settledNext.promise, new Promise((resolve) => setTimeout(resolve, 500))]);
    return due;
  }

  override async settle(webhookId: string, results: readonly DeliveryResult[]): Promise<void> {
    await super.settle(webhookId, results);
    this.settledNext.resolve();
    this.settledNext = Promise.withResolvers<void>();
  }
}
