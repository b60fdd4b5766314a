// A system that is told of ends: makes a webhook for itself, checks what comes, and reads the feed. Nothing of OrquestraX is imported.
//   ORQUESTRA_URL=http://127.0.0.1:3000 node examples/other-systems/receive.mjs      (the server with ORQUESTRA_HTTP_ALLOW_PRIVATE=true)
import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';

const api = `${process.env.ORQUESTRA_URL ?? 'http://127.0.0.1:3000'}/api/v1`;
async function call(method, path, body) {
  const response = await fetch(api + path, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Whether it was signed with our secret within the last five minutes: Standard Webhooks. */
function isSigned(headers, body, secret) {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures } = headers;
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 300) return false;
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest();
  return String(signatures)
    .split(' ')
    .map((each) => Buffer.from(each.replace('v1,', ''), 'base64'))
    .some((sent) => sent.length === expected.length && timingSafeEqual(sent, expected));
}

let secret = '';
const seen = new Set();
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (!isSigned(request.headers, body, secret)) return response.writeHead(401).end();
  const id = request.headers['webhook-id'];
  const isRepeat = seen.has(id); // at least once: the same id is the same event
  seen.add(id);
  response.writeHead(204).end();
  const { type, data } = JSON.parse(body);
  if (!isRepeat) server.emit('told', { type, data });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');

const name = `receiver-${process.pid}`;
const url = `http://127.0.0.1:${server.address().port}/orquestra`;
secret = (await call('PUT', `/webhooks/${name}`, { url, events: ['completed', 'failed'] })).secret;
try {
  const told = once(server, 'told');
  const { id } = await call('POST', '/instances', { definition: process.env.DEFINITION ?? 'examples.pipeline', input: {} });
  const [{ type, data }] = await told;
  console.log(type, data.id === id ? 'of ours' : 'of another', data.status);

  // The feed never skips and never repeats: keep `next` of each partition.
  const { items: partitions } = await call('GET', '/partitions');
  const found = [];
  for (const { partition } of partitions) {
    for (let after, page; !page?.end; after = page.next) {
      page = await call('GET', `/feed?partition=${partition}${after ? `&after=${after}` : ''}`);
      found.push(...page.items.filter(({ instance }) => instance === id));
    }
  }
  console.log(found.map(({ event }) => event).join(' '));
} finally {
  await call('DELETE', `/webhooks/${name}?reason=done`);
  server.closeAllConnections();
  server.close();
}
