import { bodyProblems, idempotencyProblems } from '../rest/problems.js';
import * as shapes from '../rest/capacity.js';
import { json, type Operation } from './operation.js';

const queue = 'payments';
const task = 'payments.charge';
const queuePath = '/api/v1/queues/{name}';
const taskPath = '/api/v1/tasks/{name}';

/** What is set for queues and tasks. */
export const laneOperations: readonly Operation[] = [
  {
    id: 'setQueue',
    method: 'put',
    path: queuePath,
    tag: 'Capacity',
    summary: 'Limit, pause or resume a queue',
    description:
      'What the body does not name stays as it is; null removes it. All orchestrators keep to it within a second. A pause stops dispatch only: nothing in flight is touched, and `reason` is shown as its note.',
    params: shapes.queueParamsSchema,
    body: json(shapes.queueSettingsBodySchema),
    responses: { 200: { description: 'What is set now', schema: shapes.queueSettingsSchema } },
    problems: [...bodyProblems, ...idempotencyProblems],
    examples: [
      {
        name: 'At most five at once',
        params: { name: queue },
        body: { concurrency: 5, reason: 'the bank allows no more' },
        status: 200,
      },
      {
        name: 'Twenty a minute, and before other work',
        params: { name: queue },
        body: { rate: { limit: 20, per: 'minute' }, priority: 7 },
        status: 200,
      },
      { name: 'Pause', params: { name: queue }, body: { paused: true, reason: 'month end', by: 'ada' }, status: 200 },
      {
        name: 'Resume, without limits',
        params: { name: queue },
        body: { paused: false, concurrency: null, rate: null, priority: null },
        status: 200,
      },
      { name: 'No such priority', params: { name: queue }, body: { priority: 10 }, status: 422 },
    ],
  },
  {
    id: 'getQueue',
    method: 'get',
    path: queuePath,
    tag: 'Capacity',
    summary: 'Read what is set for a queue',
    params: shapes.queueParamsSchema,
    responses: { 200: { description: 'Nulls where nothing is set', schema: shapes.queueSettingsSchema } },
    problems: [],
    examples: [{ name: 'A queue', params: { name: queue }, status: 200 }],
  },
  {
    id: 'setTask',
    method: 'put',
    path: taskPath,
    tag: 'Capacity',
    summary: 'Limit, pause or resume a task, or set its circuit breaker',
    description:
      'As of a queue, on whatever queue the task is. `breaker: auto` opens after `breakAfter` failed attempts in a row and lets one through after `breakForMs`; `open` and `closed` are by hand, and begin anew.',
    params: shapes.taskParamsSchema,
    body: json(shapes.taskSettingsBodySchema),
    responses: { 200: { description: 'What is set now', schema: shapes.taskSettingsSchema } },
    problems: [...bodyProblems, ...idempotencyProblems],
    examples: [
      {
        name: 'A breaker that opens by itself',
        params: { name: task },
        body: { breaker: 'auto', breakAfter: 10, breakForMs: 60_000 },
        status: 200,
      },
      { name: 'Opened by hand', params: { name: task }, body: { breaker: 'open', reason: 'the bank is down' }, status: 200 },
      { name: 'As before', params: { name: task }, body: { breaker: 'closed', concurrency: null }, status: 200 },
      { name: 'A limit of nothing', params: { name: task }, body: { concurrency: 0 }, status: 422 },
    ],
  },
  {
    id: 'getTask',
    method: 'get',
    path: taskPath,
    tag: 'Capacity',
    summary: 'Read what is set for a task',
    params: shapes.taskParamsSchema,
    responses: { 200: { description: 'Nulls where nothing is set', schema: shapes.taskSettingsSchema } },
    problems: [],
    examples: [{ name: 'A task', params: { name: task }, status: 200 }],
  },
];
