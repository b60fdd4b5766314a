import type { Json } from '#libs/engine';
import * as shapes from '../rest/asks.js';
import { actQuerySchema } from '../rest/actions.js';
import type { ProblemCode } from '../rest/problems.js';
import { actAnswers, actProblems } from './action-operations.js';
import { exampleInstanceId, json, type Operation, type OperationExample } from './operation.js';

const id = exampleInstanceId;
const problems = [...actProblems, 'ASK_NOT_FOUND', 'ASK_NOT_OPEN'] as const satisfies ProblemCode[];
const params = { id, name: 'approve' };
const unknown = { id: '01990000-0000-7000-8000-000000000000', name: 'approve' };
const asked = (name: string, body: Json): OperationExample[] => [
  { name, params, query: { wait: '0ms' }, body, status: 202, response: { id, status: 'waiting', outcome: 'stored' } },
  { name: 'Unknown instance', params: unknown, body, status: 404 },
];

export const askOperations: readonly Operation[] = [
  {
    id: 'listAsks',
    method: 'get',
    path: '/api/v1/asks',
    tag: 'Asks',
    summary: 'List what people are asked, oldest first',
    query: shapes.asksQuerySchema,
    responses: { 200: { description: 'A page of them', schema: shapes.askPageSchema } },
    problems: [],
    examples: [{ name: 'Open ones of one person', query: { status: 'open', assignee: 'ada' }, status: 200 }],
  },
  {
    id: 'answerAsk',
    method: 'post',
    path: '/api/v1/instances/{id}/asks/{name}',
    tag: 'Asks',
    summary: 'Answer what an instance asks',
    description: 'The first answer counts; a second one is a conflict.',
    params: shapes.askParamsSchema,
    query: actQuerySchema,
    body: json(shapes.answerBodySchema),
    responses: actAnswers,
    problems: [...problems, 'ANSWER_INVALID'],
    examples: asked('Approve', { value: 'approved', by: 'ada' }),
  },
  {
    id: 'claimAsk',
    method: 'post',
    path: '/api/v1/instances/{id}/asks/{name}/claim',
    tag: 'Asks',
    summary: 'Say that one will answer',
    params: shapes.askParamsSchema,
    query: actQuerySchema,
    body: json(shapes.claimBodySchema),
    responses: actAnswers,
    problems,
    examples: asked('Claim', { by: 'ada' }),
  },
  {
    id: 'reassignAsk',
    method: 'post',
    path: '/api/v1/instances/{id}/asks/{name}/reassign',
    tag: 'Asks',
    summary: 'Ask other people',
    params: shapes.askParamsSchema,
    query: actQuerySchema,
    body: json(shapes.reassignBodySchema),
    responses: actAnswers,
    problems,
    examples: asked('Pass on', { assignees: ['bob'], by: 'ada' }),
  },
];
