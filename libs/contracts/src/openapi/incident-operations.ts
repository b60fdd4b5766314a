import * as shapes from '../rest/incidents.js';
import { bodyProblems, idempotencyProblems } from '../rest/problems.js';
import { exampleInstanceId, json, type Operation } from './operation.js';

const unknown = '01990000-0000-7000-8000-000000000000';
const acted: Operation['responses'] = {
  200: { description: 'What happened to each, or with `dryRun` how many it would be', schema: shapes.incidentsActedSchema },
  202: { description: 'A bulk job does it', schema: shapes.incidentsActedSchema },
};
const common = { tag: 'Incidents', responses: acted } as const;

export const incidentOperations: readonly Operation[] = [
  {
    id: 'listIncidents',
    method: 'get',
    path: '/api/v1/incidents',
    tag: 'Incidents',
    summary: 'List what needs a person, newest first',
    query: shapes.incidentsQuerySchema,
    responses: { 200: { description: 'A page', schema: shapes.incidentPageSchema } },
    problems: [],
    examples: [
      { name: 'Open ones', query: { status: 'open' }, status: 200 },
      { name: 'Of one instance', query: { instance: exampleInstanceId }, status: 200 },
      { name: 'No such kind', query: { kind: 'boredom' }, status: 400 },
    ],
  },
  {
    id: 'listIncidentGroups',
    method: 'get',
    path: '/api/v1/incidents/groups',
    tag: 'Incidents',
    summary: 'List open incidents that are alike, those seen last first',
    query: shapes.incidentGroupsQuerySchema,
    responses: {
      200: { description: 'Groups of the same kind, code, step and definition', schema: shapes.incidentGroupsSchema },
    },
    problems: [],
    examples: [{ name: 'All', status: 200 }],
  },
  {
    id: 'getIncident',
    method: 'get',
    path: '/api/v1/incidents/{id}',
    tag: 'Incidents',
    summary: 'Read an incident, with the message it is about',
    params: shapes.incidentParamsSchema,
    responses: { 200: { description: 'The incident', schema: shapes.incidentDetailSchema } },
    problems: ['INCIDENT_NOT_FOUND'],
    examples: [{ name: 'Unknown', params: { id: unknown }, status: 404 }],
  },
  {
    id: 'redriveIncidents',
    method: 'post',
    path: '/api/v1/incidents/redrive',
    ...common,
    summary: 'Handle messages again, decide about lost steps',
    description:
      'Each is done once, however often it is asked for; one that is refused again stays open and says why. An edit is checked against the schema of the message first.',
    body: json(shapes.redriveBodySchema),
    problems: [...bodyProblems, ...idempotencyProblems, 'EDIT_INVALID'],
    examples: [
      { name: 'One that there is not', body: { ids: [unknown], reason: 'the price list is mended' }, status: 200 },
      {
        name: 'How many would it be?',
        body: { group: { kind: 'refusedCommand', code: 'INPUT_INVALID', step: null, definition: null }, dryRun: true },
        status: 200,
      },
      { name: 'Everything there is', body: { filter: {} }, status: 422 },
    ],
  },
  {
    id: 'discardIncidents',
    method: 'post',
    path: '/api/v1/incidents/discard',
    ...common,
    summary: 'Close incidents without doing anything, with the reason why',
    body: json(shapes.discardBodySchema),
    problems: [...bodyProblems, ...idempotencyProblems],
    examples: [
      { name: 'Tests of a partner', body: { filter: { code: 'COMMAND_UNKNOWN' }, reason: 'tests of a partner' }, status: 200 },
      { name: 'Without a reason', body: { ids: [unknown] }, status: 422 },
    ],
  },
  {
    id: 'resolveIncidents',
    method: 'post',
    path: '/api/v1/incidents/resolve',
    ...common,
    summary: 'Close incidents that were mended by hand',
    body: json(shapes.resolveBodySchema),
    problems: [...bodyProblems, ...idempotencyProblems],
    examples: [{ name: 'Mended', body: { ids: [unknown], reason: 'paid by hand', by: 'ada' }, status: 200 }],
  },
  {
    id: 'listOperatorLog',
    method: 'get',
    path: '/api/v1/operator-log',
    tag: 'Incidents',
    summary: 'List who did what to what, when, from where and why, newest first',
    query: shapes.operatorLogQuerySchema,
    responses: { 200: { description: 'A page', schema: shapes.operatorLogPageSchema } },
    problems: [],
    examples: [
      { name: 'All', status: 200 },
      { name: 'What became of incidents', query: { action: 'incident.*' }, status: 200 },
    ],
  },
];
