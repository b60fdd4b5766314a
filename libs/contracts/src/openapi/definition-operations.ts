import type { JsonObject } from '#libs/engine';
import { bodyProblems, idempotencyProblems } from '../rest/problems.js';
import { actBodySchema } from '../rest/actions.js';
import * as shapes from '../rest/definitions.js';
import { jsonObjectSchema } from '../rest/common.js';
import { json, type Operation } from './operation.js';

const document = {
  schema: jsonObjectSchema.describe('A definition; its schema is at /api/v1/schemas/definition.json'),
  required: true,
  contentTypes: ['application/json', 'application/yaml'],
} satisfies Operation['body'];

const yamlExample = `name: order.process
version: 1.1.0
title: Process an order
summary: "Order \${input.id}"
input: { schema: { type: object, required: [id], properties: { id: { type: string } } } }
steps:
  - { id: price, task: echo, input: { cents: 4200 } }
  - { id: wait, task: simulate, input: { duration: 1h } }
output: "\${steps.price.output}"
`;
export const exampleDefinition: JsonObject = {
  name: 'order.process',
  version: '1.2.0',
  title: 'Process an order',
  summary: 'Order ${input.id}',
  input: { schema: { type: 'object', required: ['id'], properties: { id: { type: 'string' } } } },
  steps: [
    { id: 'price', task: 'echo', input: { cents: 4200 } },
    { id: 'mail', task: 'echo', needs: ['price'] },
    { id: 'wait', task: 'simulate', needs: ['price'], input: { duration: '1h' } },
  ],
};
const checksum = '5f0c6bd8c1f2d3a4b5968778695a4b3c2d1e0f1a2b3c4d5e6f708192a3b4c5d6';

export const definitionOperations: readonly Operation[] = [
  {
    id: 'registerDefinition',
    method: 'post',
    path: '/api/v1/definitions',
    tag: 'Definitions',
    summary: 'Register a version of a definition',
    description:
      'JSON, or YAML with `application/yaml`. A version is immutable; the same content again is answered with 200. A newly registered release becomes active, a pre-release does not.',
    query: shapes.registerQuerySchema,
    body: document,
    responses: {
      201: { description: 'Registered', schema: shapes.registeredSchema },
      200: { description: 'It was there with the same content, or this was a dry run', schema: shapes.registeredSchema },
    },
    problems: [
      ...bodyProblems,
      ...idempotencyProblems,
      'DEFINITION_INVALID',
      'VERSION_EXISTS',
      'VERSION_NOT_NEWER',
      'TRIGGER_TAKEN',
    ],
    examples: [
      {
        name: 'YAML',
        body: yamlExample,
        contentType: 'application/yaml',
        status: 201,
        response: { name: 'order.process', version: '1.1.0', checksum, outcome: 'created', active: true, problems: [] },
      },
      {
        name: 'JSON',
        body: exampleDefinition,
        status: 201,
        response: { name: 'order.process', version: '1.2.0', checksum, outcome: 'created', active: true, problems: [] },
      },
      {
        name: 'The same again',
        body: exampleDefinition,
        status: 200,
        response: { name: 'order.process', version: '1.2.0', checksum, outcome: 'identical', active: true, problems: [] },
      },
      { name: 'Other content under the same version', body: { ...exampleDefinition, title: 'Another title' }, status: 409 },
      {
        name: 'Problems, all at once',
        body: { name: 'broken', version: '1.0.0', steps: [{ id: 'a', task: 'echo', needs: ['b'] }] },
        status: 422,
      },
    ],
  },
  {
    id: 'validateDefinition',
    method: 'post',
    path: '/api/v1/definitions/validate',
    tag: 'Definitions',
    summary: 'Check a definition without registering it',
    query: shapes.registerQuerySchema.pick({ strict: true, requireWorkers: true }),
    body: document,
    responses: { 200: { description: 'Checked; `valid` says how', schema: shapes.validatedSchema } },
    problems: [...bodyProblems, ...idempotencyProblems],
    examples: [
      {
        name: 'Valid',
        body: exampleDefinition,
        status: 200,
        response: { valid: true, name: 'order.process', version: '1.2.0', problems: [] },
      },
      {
        name: 'Not valid',
        body: 'name: broken\nversion: 1.0.0\nsteps:\n  - { id: a, task: echo, needs: [b] }\n',
        contentType: 'application/yaml',
        status: 200,
        response: {
          valid: false,
          name: 'broken',
          version: '1.0.0',
          problems: [
            {
              severity: 'error',
              code: 'UNKNOWN_STEP',
              path: '/steps/0/needs/0',
              message: 'expected the id of a step of this list, but was "b"',
              line: 4,
              column: 33,
            },
          ],
        },
      },
    ],
  },
  {
    id: 'listDefinitions',
    method: 'get',
    path: '/api/v1/definitions',
    tag: 'Definitions',
    summary: 'List definitions by name',
    query: shapes.definitionsQuerySchema,
    responses: { 200: { description: 'A page of them', schema: shapes.definitionPageSchema } },
    problems: [],
    examples: [{ name: 'First page', query: { limit: '50' }, status: 200 }],
  },
  {
    id: 'getDefinition',
    method: 'get',
    path: '/api/v1/definitions/{name}',
    tag: 'Definitions',
    summary: 'Read a definition, its versions and the active one in full',
    params: shapes.definitionParamsSchema,
    responses: { 200: { description: 'The definition', schema: shapes.definitionDetailSchema } },
    problems: ['DEFINITION_NOT_FOUND'],
    examples: [
      { name: 'One', params: { name: 'order.process' }, status: 200 },
      { name: 'Unknown', params: { name: 'no.such' }, status: 404 },
    ],
  },
  {
    id: 'listVersions',
    method: 'get',
    path: '/api/v1/definitions/{name}/versions',
    tag: 'Definitions',
    summary: 'List the versions of a definition, highest first',
    params: shapes.definitionParamsSchema,
    responses: { 200: { description: 'All of them', schema: shapes.versionPageSchema } },
    problems: ['DEFINITION_NOT_FOUND'],
    examples: [{ name: 'All', params: { name: 'order.process' }, status: 200 }],
  },
  {
    id: 'getVersion',
    method: 'get',
    path: '/api/v1/definitions/{name}/versions/{version}',
    tag: 'Definitions',
    summary: 'Read one version',
    params: shapes.versionParamsSchema,
    responses: { 200: { description: 'The version', schema: shapes.definitionVersionSchema } },
    problems: ['DEFINITION_NOT_FOUND', 'VERSION_NOT_FOUND'],
    examples: [
      { name: 'One', params: { name: 'order.process', version: '1.2.0' }, status: 200 },
      { name: 'Unknown', params: { name: 'order.process', version: '9.9.9' }, status: 404 },
    ],
  },
  {
    id: 'diffVersions',
    method: 'get',
    path: '/api/v1/definitions/{name}/diff',
    tag: 'Definitions',
    summary: 'Compare two versions',
    params: shapes.definitionParamsSchema,
    query: shapes.diffQuerySchema,
    responses: { 200: { description: 'What differs', schema: shapes.definitionDiffSchema } },
    problems: ['DEFINITION_NOT_FOUND', 'VERSION_NOT_FOUND'],
    examples: [
      {
        name: 'Two versions',
        params: { name: 'order.process' },
        query: { from: '1.1.0', to: '1.2.0' },
        status: 200,
        response: {
          name: 'order.process',
          from: '1.1.0',
          to: '1.2.0',
          identical: false,
          steps: { added: ['mail'], removed: [], changed: [{ id: 'wait', fields: ['needs'] }] },
          fields: [{ field: 'output', change: 'removed', from: '${steps.price.output}' }],
        },
      },
    ],
  },
  {
    id: 'activateVersion',
    method: 'put',
    path: '/api/v1/definitions/{name}/active',
    tag: 'Definitions',
    summary: 'Choose the active version',
    description: 'New instances run it unless they ask for another one. Also the way back to an older version.',
    params: shapes.definitionParamsSchema,
    body: { schema: shapes.activateBodySchema, required: true, contentTypes: ['application/json'] },
    responses: { 200: { description: 'It is active', schema: shapes.activatedSchema } },
    problems: [...bodyProblems, ...idempotencyProblems, 'DEFINITION_NOT_FOUND', 'VERSION_NOT_FOUND', 'TRIGGER_TAKEN'],
    examples: [
      {
        name: 'Roll forward',
        params: { name: 'order.process' },
        body: { version: '1.2.0', reason: 'after the trial' },
        status: 200,
        response: { name: 'order.process', activeVersion: '1.2.0', previous: '1.1.0' },
      },
      { name: 'Unknown version', params: { name: 'order.process' }, body: { version: '9.9.9' }, status: 404 },
    ],
  },
  {
    id: 'pauseDefinition',
    method: 'post',
    path: '/api/v1/definitions/{name}/pause',
    tag: 'Definitions',
    summary: 'Pause a definition and its instances',
    description:
      'Open instances are paused by a bulk job, those that start from now on begin paused. Triggers go on starting unless they are paused themselves.',
    params: shapes.definitionParamsSchema,
    body: json(actBodySchema, false),
    responses: { 200: { description: 'It is paused, and its instances are being told', schema: shapes.definitionPausedSchema } },
    problems: [...bodyProblems, ...idempotencyProblems, 'DEFINITION_NOT_FOUND'],
    examples: [
      {
        name: 'Pause',
        params: { name: 'order.process' },
        body: { reason: 'the bank is down', by: 'ada' },
        status: 200,
        response: {
          name: 'order.process',
          paused: { at: '2026-11-20T09:00:00.000Z', by: 'ada', reason: 'the bank is down' },
          job: '0193f2a4-7b1c-7d2e-9f3a-4b5c6d7e8f90',
        },
      },
      { name: 'Unknown', params: { name: 'nobody.knows' }, body: {}, status: 404 },
    ],
  },
  {
    id: 'resumeDefinition',
    method: 'post',
    path: '/api/v1/definitions/{name}/resume',
    tag: 'Definitions',
    summary: 'Let a paused definition and its instances go on',
    description: 'An instance that somebody paused by itself stays paused.',
    params: shapes.definitionParamsSchema,
    body: json(actBodySchema, false),
    responses: { 200: { description: 'It goes on, and its instances are being told', schema: shapes.definitionPausedSchema } },
    problems: [...bodyProblems, ...idempotencyProblems, 'DEFINITION_NOT_FOUND'],
    examples: [
      {
        name: 'Resume',
        params: { name: 'order.process' },
        body: { reason: 'the bank is back', by: 'ada' },
        status: 200,
        response: { name: 'order.process', paused: null, job: '0193f2a4-7b1c-7d2e-9f3a-4b5c6d7e8f91' },
      },
    ],
  },
];
