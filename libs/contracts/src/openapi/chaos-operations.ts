import { bodyProblems, idempotencyProblems } from '../rest/problems.js';
import * as shapes from '../rest/chaos.js';
import { json, type Operation } from './operation.js';

const path = '/api/v1/chaos';
const refused = 'The server was not started with ORQUESTRA_CHAOS_ALLOWED=true';

/** Faults on purpose. The examples are those of a server that does not allow them. */
export const chaosOperations: readonly Operation[] = [
  {
    id: 'getChaos',
    method: 'get',
    path,
    tag: 'Chaos',
    summary: 'Read whether chaos mode is on, and what came of it',
    description:
      'The faults of the present or the last run, against success rate, retries, recovery times and the result of `verify`.',
    responses: { 200: { description: '`allowed: false` and nothing else where it is not allowed', schema: shapes.chaosSchema } },
    problems: [],
    examples: [{ name: 'Not allowed', status: 200, response: { allowed: false } }],
  },
  {
    id: 'setChaos',
    method: 'put',
    path,
    tag: 'Chaos',
    summary: 'Enable or disable chaos mode',
    description:
      'Injects faults for a while: in services, in messages, on the way to the database and in handlers. Enabling it needs `confirm`, begins a new run and forgets the report of the last one; it ends by itself.',
    body: json(shapes.chaosBodySchema),
    responses: { 200: { description: 'As it is now', schema: shapes.chaosSchema } },
    problems: [...bodyProblems, ...idempotencyProblems, 'CHAOS_NOT_ALLOWED', 'CHAOS_NOT_CONFIRMED'],
    examples: [
      {
        name: 'Moderate for two minutes, no kills of orchestrators',
        body: {
          enabled: true,
          confirm: shapes.chaosConfirmation,
          profile: 'moderate',
          faults: { killOrchestrator: { rate: 0 } },
          durationMs: 120_000,
          seed: 42,
          reason: 'game day',
          by: 'ada',
        },
        status: 403,
      },
      { name: 'Off', body: { enabled: false, by: 'ada' }, status: 403 },
      { name: 'More than always', body: { enabled: true, faults: { failStep: { rate: 2 } } }, status: 422 },
    ],
  },
  {
    id: 'previewChaos',
    method: 'post',
    path: `${path}/preview`,
    tag: 'Chaos',
    summary: 'See what would be hit',
    description: `Blast radius: services, queues and running instances. ${refused}: 403.`,
    body: json(shapes.chaosPreviewBodySchema),
    responses: { 200: { description: 'Nothing is injected', schema: shapes.chaosPreviewSchema } },
    problems: [...bodyProblems, ...idempotencyProblems, 'CHAOS_NOT_ALLOWED'],
    examples: [{ name: 'One definition', body: { profile: 'gentle', scope: { definitions: ['order.process'] } }, status: 403 }],
  },
  {
    id: 'resetChaos',
    method: 'post',
    path: `${path}/reset`,
    tag: 'Chaos',
    summary: 'Forget the faults recorded so far',
    description: 'The report counts from now on. Injects nothing and stops nothing.',
    body: json(shapes.chaosResetBodySchema, false),
    responses: { 200: { description: 'As it is now', schema: shapes.chaosSchema } },
    problems: [...bodyProblems, ...idempotencyProblems, 'CHAOS_NOT_ALLOWED'],
    examples: [{ name: 'Anew', body: { by: 'ada' }, status: 403 }],
  },
];
