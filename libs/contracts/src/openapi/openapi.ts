import type { z } from 'zod';
import { Components } from '../components.js';
import { webhookPayloadSchema } from '../messages/lifecycle.js';
import { problemSchema } from '../rest/common.js';
import { commonProblems, problemKinds } from '../rest/problems.js';
import { actionOperations } from './action-operations.js';
import { askOperations } from './ask-operations.js';
import { bulkOperations } from './bulk-operations.js';
import { chaosOperations } from './chaos-operations.js';
import { eventOperations } from './event-operations.js';
import { capacityOperations, figureOperations, probeOperations } from './other-operations.js';
import { definitionOperations } from './definition-operations.js';
import { incidentOperations } from './incident-operations.js';
import { instanceOperations } from './instance-operations.js';
import { hookOperations } from './hook-operations.js';
import { laneOperations } from './lane-operations.js';
import { triggerOperations } from './trigger-operations.js';
import { type Operation, type OperationResponse, problemsByStatus } from './operation.js';
import { webhookOperations } from './webhook-operations.js';
import { workerOperations } from './worker-operations.js';

type Fragment = Record<string, unknown>;

/** Every call of the API, in the order of the documentation (and of the tests that send the examples). */
export const operations: readonly Operation[] = [
  ...definitionOperations,
  ...instanceOperations,
  ...actionOperations,
  ...eventOperations,
  ...askOperations,
  ...bulkOperations,
  ...laneOperations,
  ...triggerOperations,
  ...hookOperations,
  ...webhookOperations,
  ...incidentOperations,
  ...capacityOperations,
  ...workerOperations,
  ...chaosOperations,
  ...figureOperations,
  ...probeOperations,
];

/** The OpenAPI 3.1 document of the API. */
export function openApiDocument(version: string): Fragment {
  const components = new Components();
  const paths: Record<string, Fragment> = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describeOperation(operation, components) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'OrquestraX',
      version,
      description:
        'Business workflows that must not get lost. Errors are RFC 9457 problems; every POST, PUT and DELETE takes an `Idempotency-Key`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    webhooks: { lifecycle: outgoing(components) },
    components: { schemas: components.schemas, headers: { RetryAfter: retryAfter } },
  };
}

/** What a webhook sends. */
const outgoing = (components: Components): Fragment => ({
  post: {
    operationId: 'receiveLifecycleEvent',
    tags: ['Webhooks'],
    summary: 'What a webhook sends to you: answer 2xx within 15 s, and check the signature (standardwebhooks.com)',
    parameters: ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => ({
      name,
      in: 'header',
      required: true,
      schema: { type: 'string' },
    })),
    requestBody: {
      required: true,
      content: { 'application/json': { schema: components.reference(webhookPayloadSchema, 'output') } },
    },
    responses: { 204: { description: 'Taken' }, 410: { description: 'No more of these: the webhook is disabled' } },
  },
});

function describeOperation(operation: Operation, components: Components): Fragment {
  const { id, tag, summary, description, body } = operation;
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    parameters: [
      ...parametersOf(operation.params, 'path', components),
      ...parametersOf(operation.query, 'query', components),
      ...(operation.method === 'get' ? [] : [idempotencyKey]),
    ],
    ...(body && {
      requestBody: {
        required: body.required,
        content: Object.fromEntries(
          body.contentTypes.map((type) => [
            type,
            { schema: components.reference(body.schema, 'input'), ...requestExamples(operation, type) },
          ]),
        ),
      },
    }),
    responses: { ...successes(operation, components), ...failures(operation, components) },
  };
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'The same key and request within 7 days get the first answer again; another request with it gets 409.',
  schema: { type: 'string', minLength: 1, maxLength: 200 },
};

const retryAfter = { description: 'Seconds after which another try is worth it', schema: { type: 'integer', minimum: 1 } };
/** Statuses whose problems all say when to try again. */
const transient: ReadonlySet<number> = new Set([429, 503]);

function parametersOf(shape: z.ZodObject | undefined, place: 'path' | 'query', components: Components): Fragment[] {
  if (!shape) return [];
  const { properties = {}, required = [] } = components.reference(shape, 'input') as {
    properties?: Record<string, Fragment>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema,
  }));
}

function requestExamples(operation: Operation, type: string): Fragment {
  const own = operation.examples.filter(
    (example) => example.body !== undefined && (example.contentType ?? 'application/json') === type,
  );
  return own.length === 0 ? {} : { examples: Object.fromEntries(own.map((example) => [example.name, { value: example.body }])) };
}

function successes(operation: Operation, components: Components): Fragment {
  return Object.fromEntries(
    Object.entries(operation.responses).map(([status, response]) => [
      status,
      describeResponse(operation, Number(status), response, components),
    ]),
  );
}

function describeResponse(operation: Operation, status: number, response: OperationResponse, components: Components): Fragment {
  const { schema, description, contentType = 'application/json' } = response;
  if (!schema) return { description };
  const own = operation.examples.filter((example) => example.status === status && example.response !== undefined);
  const examples =
    own.length === 0 ? {} : { examples: Object.fromEntries(own.map((example) => [example.name, { value: example.response }])) };
  return { description, content: { [contentType]: { schema: components.reference(schema, 'output'), ...examples } } };
}

function failures(operation: Operation, components: Components): Fragment {
  const schema = components.reference(problemSchema, 'output');
  const byStatus = problemsByStatus([...operation.problems, ...commonProblems]);
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => operation.responses[status] === undefined)
      .map(([status, codes]) => [
        status,
        {
          description: codes.map((code) => `\`${code}\`: ${problemKinds[code][1]}`).join('. '),
          ...(transient.has(status) && { headers: { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } } }),
          content: { 'application/problem+json': { schema } },
        },
      ]),
  );
}
