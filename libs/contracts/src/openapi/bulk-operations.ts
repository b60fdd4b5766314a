import * as shapes from '../rest/bulk.js';
import { bodyProblems, idempotencyProblems } from '../rest/problems.js';
import { exampleInstanceId, json, type Operation } from './operation.js';

/** Stands for the id of a bulk job in examples. */
export const exampleBulkId = '0199a0b1-7c3d-7e4f-8a5b-6c7d8e9f0a1c';
const id = exampleBulkId;
const unknown = '01990000-0000-7000-8000-000000000000';

export const bulkOperations: readonly Operation[] = [
  {
    id: 'startBulk',
    method: 'post',
    path: '/api/v1/bulk',
    tag: 'Bulk',
    summary: 'Act on many instances',
    description:
      'A job of the server: it goes on when the client leaves and when a gateway dies. A filter takes the instances that were there when it began, each once.',
    body: json(shapes.bulkBodySchema),
    responses: {
      200: { description: 'With `dryRun`: how many it would be', schema: shapes.bulkDryRunSchema },
      202: { description: 'The job', schema: shapes.bulkJobSchema },
    },
    problems: [...bodyProblems, ...idempotencyProblems],
    examples: [
      {
        name: 'How many would it be?',
        body: { action: 'pause', filter: { definition: 'order.process', tags: { customer: 'acme' } }, dryRun: true },
        status: 200,
      },
      {
        name: 'Instances by id',
        body: { action: 'pause', ids: [exampleInstanceId], reason: 'the shop is closed', by: 'ada' },
        status: 202,
      },
      { name: 'Everything there is', body: { action: 'cancel', filter: {} }, status: 422 },
    ],
  },
  {
    id: 'getBulk',
    method: 'get',
    path: '/api/v1/bulk/{id}',
    tag: 'Bulk',
    summary: 'Read how far a bulk job is, and what failed and why',
    params: shapes.bulkParamsSchema,
    query: shapes.bulkQuerySchema,
    responses: { 200: { description: 'The job', schema: shapes.bulkJobSchema } },
    problems: ['BULK_NOT_FOUND'],
    examples: [
      { name: 'One', params: { id }, query: { limit: '10' }, status: 200 },
      { name: 'Unknown', params: { id: unknown }, status: 404 },
    ],
  },
  {
    id: 'stopBulk',
    method: 'post',
    path: '/api/v1/bulk/{id}/stop',
    tag: 'Bulk',
    summary: 'Stop a bulk job; what it has done stays done',
    params: shapes.bulkParamsSchema,
    body: json(shapes.bulkStopBodySchema, false),
    responses: { 200: { description: 'The job', schema: shapes.bulkJobSchema } },
    problems: [...bodyProblems, ...idempotencyProblems, 'BULK_NOT_FOUND', 'BULK_ENDED'],
    examples: [{ name: 'Unknown', params: { id: unknown }, body: {}, status: 404 }],
  },
];
