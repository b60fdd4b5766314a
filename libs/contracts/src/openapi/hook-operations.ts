import * as shapes from '../rest/triggers.js';
import { bodyProblems, idempotencyProblems } from '../rest/problems.js';
import { exampleInstanceId, type Operation } from './operation.js';

const name = 'shop-orders';

/** Made by an example of `putTrigger`. */
export const hookExample = {
  kind: 'hook',
  definition: 'order.process',
  input: { id: '${request.body.order}' },
  key: '${request.body.order}',
} as const;
export const hookExampleName = name;

export const hookOperations: readonly Operation[] = [
  {
    id: 'receiveHook',
    method: 'post',
    path: '/api/v1/hooks/{name}',
    tag: 'Triggers',
    summary: 'Send something to a hook',
    description:
      'What the trigger of this name makes of it is started, or delivered as an event. A hook with a secret takes only what is signed after ' +
      'Standard Webhooks (`webhook-id`, `webhook-timestamp` of within five minutes, `webhook-signature`). The same `webhook-id` (or ' +
      '`Idempotency-Key`) within 7 days gets the first answer again; what was refused may be sent again.',
    params: shapes.triggerParamsSchema,
    body: {
      schema: shapes.hookBodySchema,
      required: false,
      contentTypes: ['application/json', 'application/x-www-form-urlencoded', 'text/plain'],
      isRaw: true,
    },
    responses: {
      200: { description: 'It was there already, or this is what became of the event', schema: shapes.hookAnswerSchema },
      202: { description: 'Started, or stored', schema: shapes.hookAnswerSchema },
    },
    problems: [
      ...bodyProblems,
      ...idempotencyProblems,
      'SIGNATURE_INVALID',
      'HOOK_NOT_FOUND',
      'HOOK_PAUSED',
      'MAPPING_FAILED',
      'DEFINITION_NOT_FOUND',
      'VERSION_NOT_FOUND',
      'INPUT_INVALID',
    ],
    examples: [
      {
        name: 'An order',
        params: { name },
        headers: { 'webhook-id': 'msg-1' },
        body: { order: 'o-4711' },
        status: 202,
        response: { outcome: 'started', instance: exampleInstanceId, id: 'msg-1' },
      },
      {
        name: 'A form',
        params: { name },
        headers: { 'webhook-id': 'msg-2' },
        body: 'order=o-4711',
        contentType: 'application/x-www-form-urlencoded',
        status: 200,
        response: { outcome: 'existing', instance: exampleInstanceId, id: 'msg-2' },
      },
      { name: 'Nothing it can use', params: { name }, body: { other: 1 }, status: 422 },
      { name: 'No such hook', params: { name: 'no-such' }, body: {}, status: 404 },
    ],
  },
  {
    id: 'listHookDeliveries',
    method: 'get',
    path: '/api/v1/hooks/{name}/deliveries',
    tag: 'Triggers',
    summary: 'List the last requests to a hook, newest first',
    description: 'The last 1,000 that were answered and the last 200 that were refused, at most 7 days; without their headers.',
    params: shapes.triggerParamsSchema,
    query: shapes.hookDeliveriesQuerySchema,
    responses: { 200: { description: 'A page of them', schema: shapes.hookDeliveryPageSchema } },
    problems: ['HOOK_NOT_FOUND'],
    examples: [
      { name: 'The last ones', params: { name }, query: { limit: '10' }, status: 200 },
      { name: 'No such hook', params: { name: 'no-such' }, status: 404 },
    ],
  },
];
