import { z } from 'zod';
import { jsonObjectSchema } from '../rest/common.js';
import * as capacity from '../rest/capacity.js';
import { aliveSchema, readinessSchema } from '../rest/health.js';
import { overviewSchema, statsQuerySchema, statsSchema } from '../rest/stats.js';
import type { Operation } from './operation.js';

type Read = Pick<Operation, 'id' | 'path' | 'tag' | 'summary' | 'description'> & { schema: z.ZodType; contentType?: string };

const read = ({ schema, contentType, ...about }: Read): Operation => ({
  ...about,
  method: 'get',
  responses: { 200: { description: 'What was asked for', schema, ...(contentType && { contentType }) } },
  problems: [],
  examples: [{ name: 'Now', status: 200 }],
});

export const capacityOperations: readonly Operation[] = [
  read({
    id: 'listWorkers',
    path: '/api/v1/workers',
    tag: 'Capacity',
    summary: 'List workers',
    description:
      'As this gateway hears them. One that has been silent for three heartbeats is `lost`, and forgotten after ten minutes.',
    schema: capacity.workerListSchema,
  }),
  read({
    id: 'listQueues',
    path: '/api/v1/queues',
    tag: 'Capacity',
    summary: 'List step queues',
    schema: capacity.queueListSchema,
  }),
  read({
    id: 'listTasks',
    path: '/api/v1/tasks',
    tag: 'Capacity',
    summary: 'List the tasks that live workers serve',
    schema: capacity.taskListSchema,
  }),
  read({
    id: 'listPartitions',
    path: '/api/v1/partitions',
    tag: 'Capacity',
    summary: 'List partitions and their owners',
    schema: capacity.partitionListSchema,
  }),
];

export const figureOperations: readonly Operation[] = [
  {
    id: 'getStats',
    method: 'get',
    path: '/api/v1/stats',
    tag: 'Figures',
    summary: 'Read figures over a span of time',
    query: statsQuerySchema,
    responses: { 200: { description: 'Totals and a series', schema: statsSchema } },
    problems: [],
    examples: [
      { name: 'Last hour by minute', status: 200 },
      { name: 'Of one definition by hour', query: { definition: 'order.process', by: 'hour' }, status: 200 },
    ],
  },
  read({
    id: 'getOverview',
    path: '/api/v1/stats/overview',
    tag: 'Figures',
    summary: 'Read what the overview shows',
    schema: overviewSchema,
  }),
  read({
    id: 'getDefinitionSchema',
    path: '/api/v1/schemas/definition.json',
    tag: 'Definitions',
    summary: 'Read the JSON Schema of definitions, for editors',
    schema: jsonObjectSchema,
    contentType: 'application/schema+json',
  }),
];

export const probeOperations: readonly Operation[] = [
  read({ id: 'isAlive', path: '/health/live', tag: 'Probes', summary: 'Is the process alive?', schema: aliveSchema }),
  {
    id: 'isReady',
    method: 'get',
    path: '/health/ready',
    tag: 'Probes',
    summary: 'Can it serve?',
    responses: {
      200: { description: 'Yes', schema: readinessSchema },
      503: { description: 'No: the database cannot be reached, or it is shutting down', schema: readinessSchema },
    },
    problems: [],
    examples: [{ name: 'Now', status: 200 }],
  },
  read({
    id: 'getMetrics',
    path: '/metrics',
    tag: 'Probes',
    summary: 'Metrics for Prometheus',
    schema: z.string(),
    contentType: 'text/plain',
  }),
];
