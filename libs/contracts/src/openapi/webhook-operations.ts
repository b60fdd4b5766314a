import { bodyProblems, idempotencyProblems } from '../rest/problems.js';
import * as shapes from '../rest/webhooks.js';
import { exampleInstanceId, json, type Operation } from './operation.js';

const path = '/api/v1/webhooks/{name}';
const name = 'shop';
const unknown = 'no-such';
const one = (description: string): Operation['responses'] => ({ 200: { description, schema: shapes.webhookSchema } });

export const webhookOperations: readonly Operation[] = [
  {
    id: 'putWebhook',
    method: 'put',
    path,
    tag: 'Webhooks',
    summary: 'Create or replace a webhook',
    description:
      'Lifecycle events by HTTP, signed after Standard Webhooks. A new one begins with what happens from now on. Each event is delivered at least once, with `webhook-id` instance/seq, and tried for three days.',
    params: shapes.webhookParamsSchema,
    query: shapes.webhookChangeQuerySchema,
    body: json(shapes.webhookBodySchema),
    responses: {
      200: { description: 'Replaced', schema: shapes.webhookSchema },
      201: { description: 'Created; `secret` is shown here only', schema: shapes.webhookSchema },
    },
    problems: [...bodyProblems, ...idempotencyProblems, 'WEBHOOK_INVALID'],
    examples: [
      {
        name: 'Ends of orders',
        params: { name },
        body: {
          url: 'https://example.com/orquestra',
          definitions: ['order.process'],
          events: ['completed', 'failed', 'timedout'],
          headers: { authorization: 'Bearer 123' },
        },
        status: 201,
      },
      {
        name: 'Whatever goes wrong, anywhere',
        params: { name },
        body: { url: 'https://example.com/orquestra', severity: 'warning' },
        status: 200,
      },
      { name: 'To a private address', params: { name: 'inside' }, body: { url: 'http://10.0.0.1/' }, status: 422 },
      { name: 'No such event', params: { name }, body: { url: 'https://example.com/', events: ['exploded'] }, status: 422 },
    ],
  },
  {
    id: 'listWebhooks',
    method: 'get',
    path: '/api/v1/webhooks',
    tag: 'Webhooks',
    summary: 'List webhooks, newest first',
    query: shapes.webhooksQuerySchema,
    responses: { 200: { description: 'A page', schema: shapes.webhookPageSchema } },
    problems: [],
    examples: [{ name: 'All', status: 200 }],
  },
  {
    id: 'getWebhook',
    method: 'get',
    path,
    tag: 'Webhooks',
    summary: 'Read a webhook and how it does',
    params: shapes.webhookParamsSchema,
    responses: one('The webhook'),
    problems: ['WEBHOOK_NOT_FOUND'],
    examples: [
      { name: 'One', params: { name }, status: 200 },
      { name: 'Unknown', params: { name: unknown }, status: 404 },
    ],
  },
  {
    id: 'testWebhook',
    method: 'post',
    path: `${path}/test`,
    tag: 'Webhooks',
    summary: 'Send a ping',
    description: 'A delivery like any other, of the event `ping` and no instance. What became of it stands among the deliveries.',
    params: shapes.webhookParamsSchema,
    body: json(shapes.webhookActBodySchema, false),
    responses: { 202: { description: 'The delivery', schema: shapes.webhookDeliverySchema } },
    problems: [...bodyProblems, ...idempotencyProblems, 'WEBHOOK_NOT_FOUND', 'WEBHOOK_DISABLED'],
    examples: [
      { name: 'A ping', params: { name }, body: { by: 'ada' }, status: 202 },
      { name: 'Unknown', params: { name: unknown }, body: {}, status: 404 },
    ],
  },
  {
    id: 'enableWebhook',
    method: 'post',
    path: `${path}/enable`,
    tag: 'Webhooks',
    summary: 'Enable it again, and try at once what waits',
    description: 'It goes on where it stopped: what happened meanwhile is delivered too, as far as the feed is kept (7 days).',
    params: shapes.webhookParamsSchema,
    body: json(shapes.webhookActBodySchema, false),
    responses: one('The webhook'),
    problems: [...bodyProblems, ...idempotencyProblems, 'WEBHOOK_NOT_FOUND'],
    examples: [{ name: 'The receiver is mended', params: { name }, body: { reason: 'mended', by: 'ada' }, status: 200 }],
  },
  {
    id: 'listWebhookDeliveries',
    method: 'get',
    path: `${path}/deliveries`,
    tag: 'Webhooks',
    summary: 'List deliveries, newest first',
    description: 'Kept for 7 days, those that wait for longer.',
    params: shapes.webhookParamsSchema,
    query: shapes.webhookDeliveriesQuerySchema,
    responses: { 200: { description: 'A page', schema: shapes.webhookDeliveryPageSchema } },
    problems: ['WEBHOOK_NOT_FOUND'],
    examples: [
      { name: 'All', params: { name }, status: 200 },
      { name: 'Those given up', params: { name }, query: { status: 'failed', limit: '10' }, status: 200 },
    ],
  },
  {
    id: 'redeliver',
    method: 'post',
    path: `${path}/deliveries/redeliver`,
    tag: 'Webhooks',
    summary: 'Deliver one again',
    params: shapes.webhookParamsSchema,
    body: json(shapes.redeliverBodySchema),
    responses: { 200: { description: 'The delivery', schema: shapes.webhookDeliverySchema } },
    problems: [...bodyProblems, ...idempotencyProblems, 'WEBHOOK_NOT_FOUND', 'WEBHOOK_DISABLED', 'DELIVERY_NOT_FOUND'],
    examples: [
      { name: 'Kept no more', params: { name }, body: { id: `${exampleInstanceId}/999999` }, status: 404 },
      { name: 'No id', params: { name }, body: { id: 'first' }, status: 422 },
    ],
  },
  {
    id: 'deleteWebhook',
    method: 'delete',
    path,
    tag: 'Webhooks',
    summary: 'Remove a webhook with its deliveries',
    params: shapes.webhookParamsSchema,
    query: shapes.webhookChangeQuerySchema,
    responses: one('As it was'),
    problems: [...idempotencyProblems, 'WEBHOOK_NOT_FOUND'],
    examples: [
      { name: 'Not needed any more', params: { name }, query: { by: 'ada', reason: 'moved' }, status: 200 },
      { name: 'Again', params: { name }, status: 404 },
    ],
  },
  {
    id: 'readFeed',
    method: 'get',
    path: '/api/v1/feed',
    tag: 'Feed',
    summary: 'Read what happened, a partition at a time, without a gap',
    description:
      'Lifecycle events in the order of commit: nothing is skipped and nothing comes twice, also after faults. Keep `next` of each partition, and go on with it as `after`. Kept for 7 days, then 410. `GET /partitions` tells how many there are.',
    query: shapes.feedQuerySchema,
    responses: { 200: { description: 'A page', schema: shapes.feedSchema } },
    problems: ['PARTITION_NOT_FOUND', 'FEED_GONE'],
    examples: [
      { name: 'From the beginning', query: { partition: '0', limit: '10' }, status: 200 },
      { name: 'Nothing was ever there', query: { partition: '0', after: '1.999999.0.0' }, status: 410 },
      { name: 'No cursor', query: { partition: '0', after: 'yesterday' }, status: 400 },
      { name: 'No such partition', query: { partition: '4095' }, status: 404 },
    ],
  },
];
