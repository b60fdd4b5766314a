import { bodyProblems, idempotencyProblems } from '../rest/problems.js';
import { payloadParamsSchema } from '../rest/actions.js';
import { jsonValueSchema } from '../rest/common.js';
import * as shapes from '../rest/instances.js';
import { logsQuerySchema, stepLogsSchema } from '../rest/logs.js';
import { historyQuerySchema, historySchema, stepListSchema, stepsQuerySchema } from '../rest/steps.js';
import { exampleInstanceId, json, type Operation } from './operation.js';

const id = exampleInstanceId;
const startProblems = [
  'DEFINITION_NOT_FOUND',
  'VERSION_NOT_FOUND',
  'INPUT_INVALID',
  'INSTANCE_ID_INVALID',
  'INSTANCE_EXISTS',
  'KEY_TAKEN',
  'INSTANCE_ENDED',
  'TOO_MANY_EVENTS',
] as const;
const started = { id, status: 'pending', definition: 'order.process', version: '1.2.0' };

export const instanceOperations: readonly Operation[] = [
  {
    id: 'startInstance',
    method: 'post',
    path: '/api/v1/instances',
    tag: 'Instances',
    summary: 'Start an instance',
    description:
      '201 means stored with fsync, even while the broker is down. With `wait` the answer is the ended instance, or 202 when it has not ended by then.',
    query: shapes.startQuerySchema,
    body: json(shapes.startBodySchema),
    responses: {
      201: {
        description: 'Started; with `wait`, and ended: the instance with its result',
        schema: shapes.startedSchema.or(shapes.instanceSchema),
      },
      200: {
        description: 'The key (or id) was known, or the singleton is open: that instance',
        schema: shapes.startedSchema.or(shapes.instanceSchema),
      },
      202: { description: 'Started, and has not ended within `wait`', schema: shapes.startedSchema },
    },
    problems: [...bodyProblems, ...idempotencyProblems, ...startProblems],
    examples: [
      {
        name: 'With a key',
        body: { definition: 'order.process', input: { id: 'o-1' }, key: 'o-1' },
        status: 201,
        response: started,
      },
      {
        name: 'The key is known',
        body: { definition: 'order.process', input: { id: 'o-1' }, key: 'o-1' },
        status: 200,
        response: started,
      },
      {
        name: 'The key is known and that is refused',
        body: { definition: 'order.process', input: { id: 'o-1' }, key: 'o-1', onConflict: 'reject' },
        status: 409,
      },
      {
        name: 'A range of versions, tags and a time',
        body: {
          definition: 'order.process',
          version: '^1.1.0',
          input: { id: 'o-2' },
          tags: { customer: 'acme' },
          startAt: '2027-01-01T09:00:00Z',
        },
        status: 201,
        response: started,
      },
      {
        name: 'A singleton: while one is open, that one',
        body: { definition: 'order.process', input: { id: 'o-1' }, singleton: 'nightly' },
        status: 201,
        response: started,
      },
      {
        name: 'The singleton is open',
        body: { definition: 'order.process', input: { id: 'o-1' }, singleton: 'nightly' },
        status: 200,
        response: started,
      },
      {
        name: 'Debounced: only the last start of five seconds runs',
        body: { definition: 'order.process', input: { id: 'o-1' }, debounce: { key: 'o-1', for: '5s' } },
        status: 201,
        response: started,
      },
      {
        name: 'A queue and a priority of its own',
        body: { definition: 'order.process', input: { id: 'o-1' }, queue: 'urgent', priority: 9 },
        status: 201,
        response: started,
      },
      {
        name: 'Debounced, with a time',
        body: { definition: 'order.process', startAt: '2027-01-01T09:00:00Z', debounce: { key: 'o-1', for: '5s' } },
        status: 422,
      },
      {
        name: 'Wait a little',
        query: { wait: '50ms' },
        body: { definition: 'order.process', input: { id: 'o-3' } },
        status: 202,
        response: started,
      },
      {
        name: 'Start unless it runs, then deliver an event',
        query: { wait: '0ms' },
        body: {
          definition: 'order.process',
          input: { id: 'o-5' },
          key: 'o-5',
          event: { name: 'paid', payload: { cents: 4200 } },
        },
        status: 202,
      },
      { name: 'Input that does not fit the schema', body: { definition: 'order.process', input: {} }, status: 422 },
      { name: 'Unknown definition', body: { definition: 'no.such' }, status: 404 },
    ],
  },
  {
    id: 'startInstances',
    method: 'post',
    path: '/api/v1/instances/batch',
    tag: 'Instances',
    summary: 'Start up to 1,000 instances at once',
    description: 'Each is judged by itself: one that is refused does not hold up the others.',
    body: json(shapes.startBatchBodySchema),
    responses: { 200: { description: 'One answer an instance, in order', schema: shapes.startedBatchSchema } },
    problems: [...bodyProblems, ...idempotencyProblems],
    examples: [
      {
        name: 'One good, one refused',
        body: { instances: [{ definition: 'order.process', input: { id: 'o-4' } }, { definition: 'no.such' }] },
        status: 200,
      },
    ],
  },
  {
    id: 'listInstances',
    method: 'get',
    path: '/api/v1/instances',
    tag: 'Instances',
    summary: 'List instances, newest first',
    description:
      'All conditions must hold. `tag.<name>=<value>` filters by tag; a value that is JSON is compared as such, else as text.',
    query: shapes.instancesQuerySchema,
    responses: { 200: { description: 'A page of them', schema: shapes.instancePageSchema } },
    problems: [],
    examples: [
      {
        name: 'Of one definition',
        query: { definition: 'order.process', status: 'pending,running,waiting', limit: '10' },
        status: 200,
      },
      { name: 'By tag, with a count', query: { 'tag.customer': 'acme', count: 'true' }, status: 200 },
      { name: 'A status that does not exist', query: { status: 'done' }, status: 400 },
    ],
  },
  {
    id: 'getInstance',
    method: 'get',
    path: '/api/v1/instances/{id}',
    tag: 'Instances',
    summary: 'Read an instance',
    params: shapes.instanceParamsSchema,
    responses: { 200: { description: 'The instance', schema: shapes.instanceSchema } },
    problems: ['INSTANCE_NOT_FOUND'],
    examples: [
      { name: 'One', params: { id }, status: 200 },
      { name: 'Unknown', params: { id: '01990000-0000-7000-8000-000000000000' }, status: 404 },
    ],
  },
  {
    id: 'listSteps',
    method: 'get',
    path: '/api/v1/instances/{id}/steps',
    tag: 'Instances',
    summary: 'Read the steps of an instance',
    params: shapes.instanceParamsSchema,
    query: stepsQuerySchema,
    responses: {
      200: {
        description: 'Its steps: of the top level reached or not, in definition order, each followed by what is inside it',
        schema: stepListSchema,
      },
    },
    problems: ['INSTANCE_NOT_FOUND'],
    examples: [
      { name: 'All', params: { id }, status: 200 },
      { name: 'Inside a block', params: { id }, query: { under: 'ship/3' }, status: 200 },
      { name: 'With input and output', params: { id }, query: { include: 'data', status: 'completed,failed' }, status: 200 },
    ],
  },
  {
    id: 'getHistory',
    method: 'get',
    path: '/api/v1/instances/{id}/history',
    tag: 'Instances',
    summary: 'Read the audit events of an instance',
    description: 'By seq, gapless from 1. The truth: everything else about an instance is folded from it.',
    params: shapes.instanceParamsSchema,
    query: historyQuerySchema,
    responses: { 200: { description: 'A page of them', schema: historySchema } },
    problems: ['INSTANCE_NOT_FOUND'],
    examples: [{ name: 'From the start', params: { id }, query: { after: '0', limit: '100' }, status: 200 }],
  },
  {
    id: 'getLogs',
    method: 'get',
    path: '/api/v1/instances/{id}/logs',
    tag: 'Instances',
    summary: 'Read what the steps of an instance logged',
    description:
      'Lines of handlers, and what scripts printed, in the order in which they were stored: while a step runs, about a second after they were written. At most 64 KiB of an attempt are kept.',
    params: shapes.instanceParamsSchema,
    query: logsQuerySchema,
    responses: { 200: { description: 'A page of them', schema: stepLogsSchema } },
    problems: ['INSTANCE_NOT_FOUND'],
    examples: [
      { name: 'Of one step', params: { id }, query: { path: 'charge', after: '0', limit: '100' }, status: 200 },
      { name: 'Unknown', params: { id: '01990000-0000-7000-8000-000000000000' }, status: 404 },
    ],
  },
  {
    id: 'waitForInstance',
    method: 'get',
    path: '/api/v1/instances/{id}/wait',
    tag: 'Instances',
    summary: 'Wait for the end of an instance',
    params: shapes.instanceParamsSchema,
    query: shapes.waitQuerySchema,
    responses: {
      200: { description: 'It has ended', schema: shapes.instanceSchema },
      202: { description: 'It has not ended yet: ask again', schema: shapes.startedSchema },
    },
    problems: ['INSTANCE_NOT_FOUND'],
    examples: [{ name: 'Not ended yet', params: { id }, query: { timeout: '50ms' }, status: 202, response: started }],
  },
  {
    id: 'getPayload',
    method: 'get',
    path: '/api/v1/instances/{id}/payloads/{sha256}',
    tag: 'Instances',
    summary: 'Read a payload that stands apart',
    description: 'Values over 64 KiB stand in the history as `{"$payload": {"ref", "size", "sha256"}}`; this is their content.',
    params: payloadParamsSchema,
    responses: { 200: { description: 'The value', schema: jsonValueSchema } },
    problems: ['INSTANCE_NOT_FOUND', 'PAYLOAD_NOT_FOUND'],
    examples: [{ name: 'None of that hash', params: { id, sha256: '0'.repeat(64) }, status: 404 }],
  },
];
