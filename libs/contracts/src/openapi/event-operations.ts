import * as shapes from '../rest/events.js';
import { actQuerySchema } from '../rest/actions.js';
import { instanceParamsSchema } from '../rest/instances.js';
import { bodyProblems, idempotencyProblems } from '../rest/problems.js';
import { exampleInstanceId, json, type Operation } from './operation.js';

const id = exampleInstanceId;
const eventAnswers: Operation['responses'] = {
  200: { description: 'What became of it', schema: shapes.eventOutcomeSchema },
  202: { description: 'Stored; its owner has not decided within `wait`', schema: shapes.eventOutcomeSchema },
};

export const eventOperations: readonly Operation[] = [
  {
    id: 'sendEventToInstance',
    method: 'post',
    path: '/api/v1/instances/{id}/events',
    tag: 'Events',
    summary: 'Deliver an event to one instance',
    description:
      'The oldest waiting step whose name and filter fit takes it; else it is kept until one waits. The same `id` counts once.',
    params: instanceParamsSchema,
    query: actQuerySchema,
    body: json(shapes.eventToInstanceBodySchema),
    responses: eventAnswers,
    problems: [...bodyProblems, ...idempotencyProblems, 'INSTANCE_NOT_FOUND', 'INSTANCE_ENDED', 'TOO_MANY_EVENTS'],
    examples: [
      {
        name: 'A payment',
        params: { id },
        query: { wait: '0ms' },
        body: { name: 'payment', payload: { status: 'success' }, id: 'pay-1' },
        status: 202,
        response: { id: 'pay-1', outcome: 'stored', instances: [id] },
      },
    ],
  },
  {
    id: 'sendEvent',
    method: 'post',
    path: '/api/v1/events',
    tag: 'Events',
    summary: 'Deliver an event by key',
    description:
      'It goes to every step that waits for this name and key now; when there is none it is kept for `ttl`, and the first that then waits and whose filter fits takes it.',
    query: actQuerySchema,
    body: json(shapes.eventByKeyBodySchema),
    responses: eventAnswers,
    problems: [...bodyProblems, ...idempotencyProblems],
    examples: [
      {
        name: 'Nobody waits yet',
        body: { name: 'payment', key: 'o-77', payload: { status: 'success' }, id: 'pay-77', ttl: '1h' },
        status: 200,
        response: { id: 'pay-77', outcome: 'kept', instances: [] },
      },
      {
        name: 'The same again',
        body: { name: 'payment', key: 'o-77', payload: { status: 'success' }, id: 'pay-77', ttl: '1h' },
        status: 200,
        response: { id: 'pay-77', outcome: 'kept', instances: [] },
      },
      { name: 'Without a name', body: { key: 'o-77' }, status: 422 },
    ],
  },
  {
    id: 'listEvents',
    method: 'get',
    path: '/api/v1/events',
    tag: 'Events',
    summary: 'List events by key that nobody has taken',
    query: shapes.eventsQuerySchema,
    responses: { 200: { description: 'A page of them', schema: shapes.keptEventPageSchema } },
    problems: [],
    examples: [
      { name: 'Waiting', query: { status: 'waiting', limit: '10' }, status: 200 },
      { name: 'Nobody took them', query: { status: 'unmatched' }, status: 200 },
    ],
  },
  {
    id: 'bindEvent',
    method: 'post',
    path: '/api/v1/events/{id}/bind',
    tag: 'Events',
    summary: 'Give a kept or unmatched event to an instance by hand',
    params: shapes.eventParamsSchema,
    query: actQuerySchema,
    body: json(shapes.bindBodySchema),
    responses: eventAnswers,
    problems: [...bodyProblems, ...idempotencyProblems, 'EVENT_NOT_FOUND', 'EVENT_TAKEN', 'INSTANCE_NOT_FOUND', 'INSTANCE_ENDED'],
    examples: [
      {
        name: 'To an instance',
        params: { id: 'pay-77' },
        query: { wait: '0ms' },
        body: { instance: id, reason: 'wrong order number' },
        status: 202,
      },
      { name: 'Unknown', params: { id: 'no-such' }, body: { instance: id }, status: 404 },
    ],
  },
];
