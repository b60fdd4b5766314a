import { FakeInstance, needsOf } from './fake-engine.mjs';

/** Definitions, a made-up past and a trickle of new instances; for the console's development only. */
const task = (id, needs, duration, more = {}) => ({
  id,
  task: more.task ?? 'simulate',
  needs,
  input: { duration, output: { ok: true }, ...more.input },
  ...(more.retry && { retry: more.retry }),
});

export const documents = [
  {
    name: 'order.fulfil',
    version: '1.4.0',
    title: 'Fulfil an order',
    summary: 'Order ${input.id} for ${input.customer}',
    steps: [
      task('validate', [], '40ms', { task: 'orders.validate' }),
      task('reserve-stock', ['validate'], '900ms', { task: 'stock.reserve' }),
      task('quote-carrier', ['validate'], '2s', { task: 'carriers.quote' }),
      task('score-order', ['validate'], '600ms', { task: 'risk.score' }),
      task('charge', ['reserve-stock', 'score-order'], '1s', {
        task: 'payments.charge',
        input: {
          failTimes: 1,
          failWith: { code: 'GATEWAY_TIMEOUT', message: 'The payment gateway did not answer', retryable: true },
        },
        retry: { maxAttempts: 3, delay: '4s' },
      }),
      task('pick', ['charge'], '6s', { task: 'warehouse.pick' }),
      task('pack', ['pick'], '3s', { task: 'warehouse.pack' }),
      task('ship', ['pack', 'quote-carrier'], '2s', { task: 'carriers.ship' }),
      task('mail', ['ship'], '300ms', { task: 'mail.send' }),
      task('invoice', ['ship'], '500ms', { task: 'billing.invoice' }),
    ],
  },
  {
    name: 'invoice.send',
    version: '2.1.3',
    title: 'Send an invoice',
    summary: 'Invoice ${input.id} for ${input.customer}',
    steps: [
      task('render', [], '700ms', { task: 'pdf.render' }),
      task('sign', ['render'], '1s'),
      task('send', ['sign'], '500ms', { task: 'mail.send' }),
    ],
  },
  {
    name: 'refund.review',
    version: '0.9.0',
    title: 'Review a refund',
    summary: 'Refund ${input.id}',
    steps: [
      task('collect', [], '300ms'),
      task('decide', ['collect'], '1s', {
        input: {
          failTimes: 9,
          failWith: { code: 'CARD_TOKEN_EXPIRED', message: 'The stored card token expired', retryable: false },
        },
      }),
      task('pay', ['decide'], '1s', { task: 'payments.refund' }),
    ],
  },
];

const customers = [
  'Ana Ruiz',
  'Harbour Ltd',
  'Milo Tran',
  'Kestrel Ltd',
  'Ines Duarte',
  'Jonas Weber',
  'Polar Foods',
  'Lena Fischer',
  'Tern & Sons',
  'Amara Obi',
];

export class FakeWorld {
  definitions = new Map();
  instances = new Map();
  listeners = new Set();
  number = 4000;

  constructor({ isEmpty }) {
    if (isEmpty) return;
    for (const document of documents) this.register(document);
    for (let index = 0; index < 420; index++) this.spawn(Date.now() - index * 9_000 - 60_000, 0);
    this.trickle = setInterval(() => this.spawn(Date.now(), 1), 2_500);
    for (let index = 0; index < 6; index++) this.spawn(Date.now(), 1);
  }

  register(document) {
    const isKnown = this.definitions.has(document.name);
    this.definitions.set(document.name, document);
    return isKnown;
  }

  spawn(at, speed) {
    const draw = Math.random();
    const document = documents[draw < 0.66 ? 0 : draw < 0.94 ? 1 : 2];
    const id = `o-${this.number++}`;
    const input = { id, customer: customers[this.number % customers.length] };
    this.add(new FakeInstance(document, input, { key: id, at, speed, changed: (instance) => this.changed(instance) }));
  }

  add(instance) {
    this.instances.set(instance.id, instance);
    instance.start();
    return instance;
  }

  changed(instance) {
    for (const listener of this.listeners) listener(instance);
  }

  list({ status, definition, key, idPrefix, from, to }) {
    const has = (list, value) => !list || list.split(',').includes(value);
    return [...this.instances.values()]
      .map((instance) => instance.row())
      .filter((row) => has(status, row.status) && has(definition, row.definition) && (!key || row.key === key))
      .filter(
        (row) => (!idPrefix || row.id.startsWith(idPrefix)) && (!from || row.createdAt >= from) && (!to || row.createdAt < to),
      )
      .sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  }

  series() {
    const minute = 60_000;
    const first = Math.floor(Date.now() / minute) * minute - 59 * minute;
    const points = Array.from({ length: 60 }, (_, index) => ({
      at: new Date(first + index * minute).toISOString(),
      ...{ started: 0, completed: 0, failed: 0, cancelled: 0, timedOut: 0, steps: 0, meanDurationMs: null },
    }));
    const pointAt = (at) => points[Math.floor((at - first) / minute)];
    for (const { createdAt, endedAt, status, steps } of this.instances.values()) {
      const born = pointAt(createdAt);
      if (born) born.started++;
      const end = endedAt === null ? undefined : pointAt(endedAt);
      if (!end) continue;
      end.steps += steps.length;
      if (status in end) end[status]++;
    }
    return points;
  }

  overview() {
    const series = this.series();
    const sum = (name) => series.reduce((all, point) => all + point[name], 0);
    const open = [...this.instances.values()].filter(({ endedAt }) => endedAt === null);
    const byStatus = {};
    for (const instance of open) byStatus[instance.head().status] = (byStatus[instance.head().status] ?? 0) + 1;
    const [completed, failed] = [sum('completed'), sum('failed')];
    const last = series.at(-2);
    return {
      at: new Date().toISOString(),
      successRate: completed + failed === 0 ? null : completed / (completed + failed),
      throughputPerSecond: (last.completed + last.failed) / 60,
      stepsPerSecond: last.steps / 60,
      startedLastHour: sum('started'),
      completedLastHour: completed,
      failedLastHour: failed,
      active: { count: open.length, atLeast: false },
      byStatus,
      queued: 3,
      oldestQueuedAt: new Date(Date.now() - 1_400).toISOString(),
      workers: 3,
      series,
    };
  }

  tasks() {
    return [
      ...new Set([...this.definitions.values()].flatMap((document) => document.steps.map((step) => step.task).filter(Boolean))),
    ].sort();
  }

  queues() {
    const running = [...this.instances.values()].flatMap((instance) =>
      instance.running.map(({ path }) => instance.steps.find(({ id }) => id === path).task),
    );
    return this.tasks().map((name, index) => {
      const count = running.filter((other) => other === name).length;
      const isOrphan = name === 'billing.invoice';
      const counts = { queued: isOrphan ? 4 : 0, sent: count, ready: index % 3, running: count };
      const oldestAt = isOrphan || index % 3 > 0 ? new Date(Date.now() - (isOrphan ? 260_000 : 1_200)).toISOString() : null;
      return { queue: 'default', task: name, ...counts, workers: isOrphan ? 0 : 3, slots: isOrphan ? 0 : 300, oldestAt };
    });
  }

  workers() {
    return [1, 2, 3].map((number) => ({
      id: `w-${number}`,
      host: `node-${number}.example`,
      pid: 4200 + number,
      version: '0.1.0',
      status: number === 3 ? 'draining' : 'active',
      labels: {},
      handlers: this.tasks().map((name) => ({ queue: 'default', task: name, concurrency: 100 })),
      concurrency: 100,
      running: [...this.instances.values()].flatMap(({ running }) => running).filter(({ worker }) => worker === `w-${number}`)
        .length,
      finished: 1204 * number,
      meanMs: { simulate: 812, 'mail.send': 301 },
      startedAt: new Date(Date.now() - 7_200_000).toISOString(),
      lastSeenAt: new Date(Date.now() - 900).toISOString(),
      heartbeatMs: 2_000,
      steps: [],
      held: 0,
    }));
  }

  definitionSummary(document) {
    const own = [...this.instances.values()].filter((instance) => instance.document === document);
    const count = (status) => own.filter((instance) => instance.status === status).length;
    return {
      name: document.name,
      title: document.title ?? null,
      activeVersion: document.version,
      latestVersion: document.version,
      versions: 1,
      labels: {},
      registeredAt: new Date(Date.now() - 8_000_000).toISOString(),
      running: own.filter(({ endedAt }) => endedAt === null).length,
      completed24h: count('completed'),
      failed24h: count('failed'),
    };
  }

  definitionVersion(document) {
    return {
      name: document.name,
      version: document.version,
      checksum: 'a3f1c0de'.repeat(8),
      registeredAt: new Date(Date.now() - 8_000_000).toISOString(),
      isActive: true,
      deprecated: false,
      title: document.title ?? null,
      description: document.description ?? null,
      document,
      steps: needsOf(document).map((step) => ({
        id: step.id,
        type: step.type,
        title: step.title ?? null,
        task: step.task ?? null,
        needs: step.needs,
        runOn: 'success',
        join: 'all',
        required: step.needs.length,
        maxAttempts: step.retry?.maxAttempts ?? 3,
      })),
      tasks: [],
      inputSchema: document.input?.schema ?? {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string' }, customer: { type: 'string' } },
      },
    };
  }
}
