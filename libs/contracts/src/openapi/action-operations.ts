import * as shapes from '../rest/actions.js';
import { instanceParamsSchema, startedSchema } from '../rest/instances.js';
import { bodyProblems, idempotencyProblems, type ProblemCode } from '../rest/problems.js';
import { exampleInstanceId, json, type Operation, type OperationExample } from './operation.js';

const id = exampleInstanceId;
const unknown = '01990000-0000-7000-8000-000000000000';

/** Every action is answered alike: decided, or stored and not decided yet. */
export const actAnswers: Operation['responses'] = {
  200: { description: 'Its owner has decided: done', schema: shapes.actedSchema },
  202: { description: 'Stored; its owner has not decided within `wait`', schema: shapes.actedSchema },
};
export const actProblems = [
  ...bodyProblems,
  ...idempotencyProblems,
  'INSTANCE_NOT_FOUND',
  'INSTANCE_ENDED',
  'ACTION_NOT_POSSIBLE',
] as const satisfies ProblemCode[];

type Act = Pick<Operation, 'id' | 'summary' | 'description' | 'body'> & {
  /** Last part of the path. */
  readonly name: string;
  readonly problems?: readonly ProblemCode[];
  readonly example: Pick<OperationExample, 'name' | 'body'> & { readonly status?: number };
};

const act = ({ name, problems = [], example, ...about }: Act): Operation => ({
  ...about,
  method: 'post',
  path: `/api/v1/instances/{id}/${name}`,
  tag: 'Actions',
  params: instanceParamsSchema,
  query: shapes.actQuerySchema,
  responses: actAnswers,
  problems: [...actProblems, ...problems],
  examples: [
    { status: 202, ...example, params: { id }, query: { wait: '0ms' } },
    { name: 'Unknown', params: { id: unknown }, body: example.body ?? {}, status: 404 },
  ],
});

const stepProblems = ['STEP_NOT_FOUND'] as const satisfies ProblemCode[];

export const actionOperations: readonly Operation[] = [
  act({
    id: 'pauseInstance',
    name: 'pause',
    summary: 'Pause an instance',
    description: 'Nothing new starts and relative clocks stop; what runs goes on, and its results are recorded.',
    body: json(shapes.actBodySchema, false),
    example: { name: 'With a reason', body: { reason: 'waiting for the supplier', by: 'ada' } },
  }),
  act({
    id: 'resumeInstance',
    name: 'resume',
    summary: 'Let a paused instance go on',
    body: json(shapes.actBodySchema, false),
    example: { name: 'Go on', body: { by: 'ada' } },
  }),
  act({
    id: 'retryInstance',
    name: 'retry',
    summary: 'Retry a failed or timed-out instance from its failed steps',
    description: 'Completed work is kept; attempt numbers go on with a fresh budget. Opens a new generation.',
    body: json(shapes.actBodySchema, false),
    example: { name: 'After a repair', body: { reason: 'the bank is back' } },
  }),
  act({
    id: 'retryStep',
    name: 'steps/retry',
    summary: 'Retry one step: a failed one, or one that waits for its next attempt',
    body: json(shapes.retryStepBodySchema),
    problems: stepProblems,
    example: { name: 'With another input', body: { path: 'charge', input: { cents: 4200 }, reason: 'wrong amount' } },
  }),
  act({
    id: 'skipStep',
    name: 'steps/skip',
    summary: 'Skip one step, giving its output by hand',
    body: json(shapes.skipStepBodySchema),
    problems: stepProblems,
    example: { name: 'Done by hand', body: { path: 'charge', output: { chargeId: 'c-1' }, reason: 'charged by phone' } },
  }),
  act({
    id: 'completeStep',
    name: 'steps/complete',
    summary: 'Complete a waiting step, or go on with what a block has',
    body: json(shapes.completeStepBodySchema),
    problems: stepProblems,
    example: { name: 'Enough items', body: { path: 'ship', reason: 'the rest is lost' } },
  }),
  act({
    id: 'cancelStep',
    name: 'steps/cancel',
    summary: 'Cancel one step that has not ended',
    body: json(shapes.cancelStepBodySchema),
    problems: stepProblems,
    example: { name: 'It hangs', body: { path: 'charge', reason: 'hangs' } },
  }),
  {
    id: 'restartInstance',
    method: 'post',
    path: '/api/v1/instances/{id}/restart',
    tag: 'Actions',
    summary: 'Start a new instance from a chosen step of this one',
    description: 'Outputs of steps before the chosen one are kept. The new instance and this one name each other.',
    params: instanceParamsSchema,
    body: json(shapes.restartBodySchema, false),
    responses: { 201: { description: 'Started', schema: startedSchema } },
    problems: [
      ...bodyProblems,
      ...idempotencyProblems,
      'INSTANCE_NOT_FOUND',
      'VERSION_NOT_FOUND',
      'DEFINITION_NOT_FOUND',
      'INPUT_INVALID',
      'RESTART_NOT_POSSIBLE',
    ],
    examples: [
      {
        name: 'All over again, on the newest version',
        params: { id },
        body: { version: 'latest', reason: 'fixed in 1.2.1' },
        status: 201,
      },
      { name: 'Unknown', params: { id: unknown }, body: {}, status: 404 },
    ],
  },
  act({
    id: 'cancelInstance',
    name: 'cancel',
    summary: 'Cancel an instance',
    description: 'No further step command is sent once its owner has decided it, but for compensation and `finally`.',
    body: json(shapes.cancelBodySchema, false),
    example: { name: 'With a reason', body: { reason: 'ordered twice' } },
  }),
];
