import { actBodySchema } from '../rest/actions.js';
import { workerParamsSchema, workerSchema } from '../rest/capacity.js';
import { bodyProblems, idempotencyProblems } from '../rest/problems.js';
import { json, type Operation } from './operation.js';

const params = { id: 'worker-eu-1' };

const order = (about: Pick<Operation, 'id' | 'path' | 'summary' | 'description'>, done: string): Operation => ({
  ...about,
  method: 'post',
  tag: 'Capacity',
  params: workerParamsSchema,
  body: json(actBodySchema),
  responses: { 200: { description: done, schema: workerSchema } },
  problems: [...bodyProblems, ...idempotencyProblems, 'WORKER_NOT_FOUND', 'WORKER_GONE', 'WORKER_SILENT'],
  examples: [{ name: 'A worker nobody has heard of', params, body: { reason: 'new kernel', by: 'ada' }, status: 404 }],
});

export const workerOperations: readonly Operation[] = [
  {
    id: 'getWorker',
    method: 'get',
    path: '/api/v1/workers/{id}',
    tag: 'Capacity',
    summary: 'Read one worker',
    params: workerParamsSchema,
    responses: { 200: { description: 'As this gateway last heard of it', schema: workerSchema } },
    problems: ['WORKER_NOT_FOUND'],
    examples: [{ name: 'A worker nobody has heard of', params, status: 404 }],
  },
  order(
    {
      id: 'drainWorker',
      path: '/api/v1/workers/{id}/drain',
      summary: 'Let a worker take nothing new',
      description:
        'It finishes what it runs, hands back what it has not begun, and stays until it is stopped or resumed. Answered when it says so itself; the order is repeated for 10 s.',
    },
    'It drains',
  ),
  order(
    {
      id: 'resumeWorker',
      path: '/api/v1/workers/{id}/resume',
      summary: 'Let a worker that drains take work again',
      description: 'Answered when it says so itself; the order is repeated for 10 s.',
    },
    'It takes work',
  ),
];
