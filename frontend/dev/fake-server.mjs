/**
 * The API and the live socket, made up, in front of a built console:
 *   npm run build -w frontend && node frontend/dev/fake-server.mjs [--port 4300] [--empty]
 * For the console's development only; no part of any build.
 */
import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';
import { FakeInstance } from './fake-engine.mjs';
import { FakeWorld } from './fake-world.mjs';

const argument = (name) => process.argv.includes(`--${name}`) && (process.argv[process.argv.indexOf(`--${name}`) + 1] ?? true);
const root = join(import.meta.dirname, '../../dist/frontend/browser');
const world = new FakeWorld({ isEmpty: process.argv.includes('--empty') });
const types = { '.js': 'text/javascript', '.css': 'text/css', '.html': 'text/html', '.svg': 'image/svg+xml' };

const problem = (status, code, title, detail) => ({
  status,
  body: { type: code, title, status, detail, code, traceId: 'f'.repeat(32), errors: [] },
});
const page = (items) => ({ status: 200, body: { items, next: null } });

const routes = [
  [
    'GET',
    /^\/instances$/,
    (_, query) => {
      const all = world.list(query);
      const start = Number(query.cursor ?? 0);
      const end = start + Number(query.limit ?? 50);
      return {
        status: 200,
        body: {
          items: all.slice(start, end),
          next: end < all.length ? String(end) : null,
          total: { count: all.length, atLeast: false },
        },
      };
    },
  ],
  [
    'POST',
    /^\/instances$/,
    (_, __, body) => {
      const document = world.definitions.get(body.definition);
      if (!document)
        return problem(
          404,
          'DEFINITION_NOT_FOUND',
          'There is no such definition',
          `expected a registered name, but was ${body.definition}`,
        );
      const instance = new FakeInstance(document, body.input ?? {}, {
        key: body.key ?? null,
        changed: (changed) => world.changed(changed),
      });
      world.add(instance);
      return { status: 201, body: { id: instance.id, status: 'pending', definition: document.name, version: document.version } };
    },
  ],
  ['GET', /^\/instances\/([^/]+)$/, ([id]) => withInstance(id, (instance) => ({ status: 200, body: instance.detail() }))],
  [
    'GET',
    /^\/instances\/([^/]+)\/history$/,
    ([id], { after = 0 }) => withInstance(id, (instance) => page(instance.events.slice(Number(after)))),
  ],
  [
    'POST',
    /^\/instances\/([^/]+)\/cancel$/,
    ([id], _, body) =>
      withInstance(id, (instance) => {
        instance.cancel(body.reason);
        return { status: 202, body: { id, status: instance.status } };
      }),
  ],
  ['GET', /^\/definitions$/, () => page([...world.definitions.values()].map((document) => world.definitionSummary(document)))],
  [
    'POST',
    /^\/definitions$/,
    (_, __, body) => {
      const isKnown = world.register(body);
      return {
        status: isKnown ? 200 : 201,
        body: {
          name: body.name,
          version: body.version,
          checksum: '',
          outcome: isKnown ? 'identical' : 'created',
          active: true,
          problems: [],
        },
      };
    },
  ],
  [
    'GET',
    /^\/definitions\/([^/]+)$/,
    ([name]) =>
      withDefinition(name, (document) => {
        const active = world.definitionVersion(document);
        return { status: 200, body: { ...world.definitionSummary(document), all: [active], active } };
      }),
  ],
  [
    'GET',
    /^\/definitions\/([^/]+)\/versions\/([^/]+)$/,
    ([name]) => withDefinition(name, (document) => ({ status: 200, body: world.definitionVersion(document) })),
  ],
  ['GET', /^\/workers$/, () => page(world.workers())],
  ['GET', /^\/queues$/, () => page(world.queues())],
  ['GET', /^\/asks$/, () => page([])],
  ['GET', /^\/events$/, () => page([])],
];

function withInstance(id, answer) {
  const instance = world.instances.get(id);
  return instance
    ? answer(instance)
    : problem(404, 'INSTANCE_NOT_FOUND', 'There is no such instance', `expected the id of an instance, but was ${id}`);
}
function withDefinition(name, answer) {
  const document = world.definitions.get(name);
  return document
    ? answer(document)
    : problem(404, 'DEFINITION_NOT_FOUND', 'There is no such definition', `expected a registered name, but was ${name}`);
}

const server = createServer(async (request, response) => {
  const url = new URL(request.url, 'http://localhost');
  if (!url.pathname.startsWith('/api/v1')) return serveFile(url.pathname, response);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const path = url.pathname.slice('/api/v1'.length);
  const [, pattern, handle] = routes.find(([method, candidate]) => method === request.method && candidate.test(path)) ?? [];
  const parts = pattern?.exec(path)?.slice(1).map(decodeURIComponent) ?? [];
  const answer =
    handle?.(parts, Object.fromEntries(url.searchParams), text ? JSON.parse(text) : undefined) ??
    problem(404, 'ROUTE_NOT_FOUND', 'There is nothing at this address', path);
  response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
});

function serveFile(path, response) {
  const file = join(root, normalize(path));
  const found = extname(file) !== '' && file.startsWith(root) && existsSync(file) ? file : join(root, 'index.html');
  if (!existsSync(found)) return response.writeHead(503).end('The console is being built');
  response.writeHead(200, { 'content-type': types[extname(found)] ?? 'application/octet-stream' });
  createReadStream(found).pipe(response);
}

new WebSocketServer({ server, path: '/live' }).on('connection', (socket) => {
  const topics = new Map();
  const send = (message) => socket.readyState === 1 && socket.send(JSON.stringify(message));
  const pending = new Map();
  const onChange = (instance) => pending.set(instance.id, instance);
  const snapshots = {
    stats: () => ({ overview: world.overview() }),
    queues: () => ({ items: world.queues() }),
    workers: () => ({ items: world.workers() }),
    asks: () => ({ items: [], more: false }),
    instances: ({ filter = {}, limit = 100 }) => ({
      items: world
        .list({ status: filter.status?.join(), definition: filter.definition?.join(), key: filter.key })
        .slice(0, limit),
    }),
  };
  const stream = (topic, type) => {
    const instance = world.instances.get(topic.id);
    if (!instance) return;
    const events = instance.events.slice(topic.sent);
    send({
      type,
      ref: topic.ref,
      topic: 'instance',
      id: topic.id,
      seq: instance.events.length,
      after: topic.sent,
      events,
      running: instance.running,
      head: instance.head(),
    });
    topic.sent = instance.events.length;
  };
  const tell = () => {
    const changed = [...pending.values()];
    pending.clear();
    for (const topic of topics.values()) {
      if (topic.subscribe === 'instance') changed.some(({ id }) => id === topic.id) && stream(topic, 'delta');
      else if (topic.subscribe === 'instances')
        changed.length > 0 &&
          send({
            type: 'delta',
            ref: topic.ref,
            topic: 'instances',
            seq: ++topic.seq,
            changed: changed.map((i) => i.head()),
            more: 0,
          });
      else if (topic.subscribe === 'workers')
        send({ type: 'delta', ref: topic.ref, topic: 'workers', seq: ++topic.seq, changed: world.workers(), removed: [] });
      else if (Date.now() - topic.toldAt > 1_000) {
        topic.toldAt = Date.now();
        send({ type: 'delta', ref: topic.ref, topic: topic.subscribe, seq: ++topic.seq, ...snapshots[topic.subscribe](topic) });
      }
    }
  };
  world.listeners.add(onChange);
  const timers = [setInterval(tell, 250), setInterval(() => send({ type: 'ping', time: new Date().toISOString() }), 15_000)];
  send({ type: 'welcome', time: new Date().toISOString(), pingMs: 15_000 });
  socket.on('message', (text) => {
    const message = JSON.parse(text);
    if (message.unsubscribe) topics.delete(message.unsubscribe);
    if (!message.subscribe) return;
    const topic = { ...message, seq: 1, toldAt: Date.now(), sent: message.since ?? 0 };
    topics.set(message.ref, topic);
    if (message.subscribe === 'instance') stream(topic, 'snapshot');
    else send({ type: 'snapshot', ref: message.ref, topic: message.subscribe, seq: 1, ...snapshots[message.subscribe](message) });
  });
  socket.on('close', () => {
    world.listeners.delete(onChange);
    timers.forEach(clearInterval);
  });
});

server.listen(Number(argument('port') || 4300), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`));
