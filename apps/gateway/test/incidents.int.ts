import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { BulkJob, Incident, IncidentDetail, IncidentGroup, IncidentsActed, OperatorLogItem } from '#libs/contracts';
import { IncidentActs, IncidentStore } from '#libs/persistence';
import { OutcomeWatch } from '../src/actions/outcome-watch.js';
import { brokers, type TestBroker } from './brokers.js';
import { type Answer, startGateway, type TestGateway } from './gateway-app.js';
import { LiveClient } from './live-client.js';
import { Partner } from './partner.js';

jest.setTimeout(60_000);

let gateway: TestGateway;
let partner: Partner;

const schema = { type: 'object', properties: { cents: { type: 'number' } }, required: ['cents'] };
const post = (path: string, body: unknown): Promise<Answer> => gateway.request('POST', `/api/v1/incidents/${path}`, { body });
const redrive = async (body: object): Promise<IncidentsActed> => {
  const answer = await post('redrive', { by: 'ada', reason: 'mended', ...body });
  expect([answer.status, answer.text]).toEqual([expect.any(Number), expect.stringContaining('"items"')]);
  return answer.body as IncidentsActed;
};
const list = async (query: string): Promise<Incident[]> =>
  ((await gateway.request('GET', `/api/v1/incidents?${query}`)).body as { items: Incident[] }).items;
const detail = async (id: string): Promise<IncidentDetail> => (await gateway.request('GET', `/api/v1/incidents/${id}`)).body;
const groups = async (query = ''): Promise<IncidentGroup[]> =>
  ((await gateway.request('GET', `/api/v1/incidents/groups?${query}`)).body as { groups: IncidentGroup[] }).groups;
const logOf = async (query: string): Promise<OperatorLogItem[]> =>
  ((await gateway.request('GET', `/api/v1/operator-log?${query}`)).body as { items: OperatorLogItem[] }).items;
const started = async (key: string): Promise<{ id: string }[]> =>
  (await gateway.request('GET', `/api/v1/instances?key=${key}`)).body.items;
/** A start that is refused for its input. @returns its incident */
async function refusedStart(id: string, key: string, more: object = {}): Promise<Incident> {
  await partner.send({ id, content: { definition: 'pay', key, input: { cents: 'many' }, ...more } });
  expect((await partner.replyTo(id)).body).toMatchObject({ status: 422 });
  const [incident] = (await list('kind=refusedCommand&status=open')).filter(({ redrive: how }) => how === 'message');
  return incident!;
}

describe.each(brokers)('over $name', (broker) => {
  let opened: Awaited<ReturnType<TestBroker['open']>>;
  beforeAll(async () => {
    Logger.overrideLogger(false);
    opened = await broker.open();
    gateway = await startGateway({ transport: opened.transport, env: { ORQUESTRA_INCIDENTS_A_MINUTE: '1000' } });
    await gateway.request('POST', '/api/v1/definitions', {
      body: { name: 'pay', version: '1.0.0', input: { schema }, steps: [{ id: 'charge', task: 'echo' }] },
    });
    partner = await Partner.open(gateway);
  }, 30_000);
  afterAll(async () => {
    await gateway.close();
    await opened.remove();
  });

  it('shows a refused command with its message, alone and in its group', async () => {
    const incident = await refusedStart('show-1', 'show');
    expect(incident).toMatchObject({
      ...{ kind: 'refusedCommand', code: 'INPUT_INVALID', definition: 'pay', status: 'open', deliveries: 1, redrives: 0 },
      ...{ redrive: 'message', isEditable: true },
    });
    const { raw, headers } = await detail(incident.id);
    expect(JSON.parse(raw!.text!)).toMatchObject({ input: { cents: 'many' } });
    expect(headers).toMatchObject({ routingKey: 'workflow.start', messageId: 'show-1' });
    const metric = async () =>
      /^orquestrax_incidents_open\{kind="refusedCommand"[^}]*\} (\d+)$/m.exec(
        (await gateway.request('GET', '/metrics')).text,
      )?.[1];
    while ((await metric()) !== '1') await new Promise((resolve) => setTimeout(resolve, 20)); // counted beside the answer
    const [group] = await groups('definition=pay');
    expect(group).toMatchObject({ kind: 'refusedCommand', code: 'INPUT_INVALID', definition: 'pay', step: null, count: 1, sample: incident.id }); // prettier-ignore
    expect(await list('code=INPUT_INVALID&definition=pay&reason=SCHEMA')).toHaveLength(1);
    expect(await list('code=OTHER')).toEqual([]);
  });

  it('stays open when it is refused again, and starts once with an edit that fits', async () => {
    const { id } = await refusedStart('edit-1', 'edited');
    expect((await redrive({ ids: [id] })).items).toEqual([
      { id, outcome: 'refused', status: 'open', code: 'INPUT_INVALID', message: expect.any(String), instance: null },
    ]);
    expect(await detail(id)).toMatchObject({ redrives: 1, result: expect.stringMatching(/^INPUT_INVALID/) as string });
    const wrong = await post('redrive', { ids: [id], edit: { definition: 'pay', key: 'edited', input: { cents: 'few' } } });
    expect([wrong.status, wrong.body.code, wrong.body.errors[0].path]).toEqual([422, 'EDIT_INVALID', '/edit/input/cents']);
    const edit = { definition: 'pay', key: 'edited', input: { cents: 4200 } };
    const [once, twice] = await Promise.all([redrive({ ids: [id], edit }), redrive({ ids: [id], edit })]);
    const outcomes = [once, twice].map(({ items }) => items[0]!);
    expect(outcomes.filter(({ outcome }) => outcome === 'redriven')).toHaveLength(1);
    expect((await redrive({ ids: [id], edit })).items[0]).toMatchObject({ outcome: 'already', status: 'redriven' });
    const instances = await started('edited');
    expect(instances.map((one) => one.id)).toEqual([outcomes.find(({ outcome }) => outcome === 'redriven')!.instance]);
    expect(await detail(id)).toMatchObject({ status: 'redriven', closedBy: 'ada', closedReason: 'mended' });
  });

  it('starts nothing twice when whoever redrove it ended before closing it', async () => {
    const { id } = await refusedStart('killed-1', 'killed');
    const edit = { definition: 'pay', key: 'killed', input: { cents: 1 } };
    const acts = gateway.app.get(IncidentActs, { strict: false });
    const done = jest.spyOn(acts, 'done').mockRejectedValueOnce(new Error('killed here'));
    expect((await redrive({ ids: [id], edit })).items[0]).toMatchObject({ outcome: 'refused', code: 'INTERNAL_ERROR' });
    done.mockRestore();
    const first = await started('killed');
    expect(first).toHaveLength(1);
    expect(await detail(id)).toMatchObject({ status: 'open', redrives: 0 });
    const other = { ...edit, key: 'another', input: { cents: 2 } };
    expect((await redrive({ ids: [id], edit: other })).items[0]).toMatchObject({ outcome: 'redriven', instance: first[0]!.id });
    expect(await started('another')).toEqual([]);
  });

  it('is discarded only with a reason, resolved by hand, and all is in the operator log', async () => {
    const { id } = await refusedStart('gone-1', 'gone');
    expect((await post('discard', { ids: [id] })).status).toBe(422);
    const discarded = await post('discard', { ids: [id, uuidv7()], reason: 'a test of theirs', by: 'bob' });
    expect(discarded.body.items.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['discarded', 'unknown']);
    expect((await redrive({ ids: [id] })).items[0]).toMatchObject({ outcome: 'already', status: 'discarded' });
    expect((await post('resolve', { ids: [id] })).body.items[0]).toMatchObject({ outcome: 'already' });
    const [entry] = await logOf(`action=incident.*&target=${id}`);
    expect(entry).toMatchObject({
      ...{ actor: 'bob', action: 'incident.discard', target: id, reason: 'a test of theirs' },
      address: expect.stringMatching(/127\.0\.0\.1|::1/) as string,
      details: { kind: 'refusedCommand' },
    });
    expect((await logOf('actor=ada&action=incident.redrive')).length).toBeGreaterThan(0);
    expect((await gateway.request('GET', '/api/v1/operator-log?from=nonsense')).status).toBe(400);
  });

  it('shows what can be read of an incident and of a deed that were written over, and sends no message without its name', async () => {
    const { id } = await refusedStart('spoilt-1', 'spoilt');
    const { DataSource } = await import('typeorm');
    const database = gateway.app.get(DataSource);
    await database.query(`UPDATE workflow_incidents SET headers = '{"' WHERE id = $1`, [id]);
    expect((await list('kind=refusedCommand')).map((incident) => incident.id)).toContain(id);
    expect(await detail(id)).toMatchObject({ id, headers: { unreadable: true } });
    expect((await redrive({ ids: [id] })).items[0]).toMatchObject({ outcome: 'refused', code: 'DATA_UNREADABLE' });
    await post('discard', { ids: [id], reason: 'lost', by: 'eve' });
    await database.query(`UPDATE workflow_operator_log SET details = '{"' WHERE actor = 'eve'`);
    expect(await logOf('actor=eve')).toMatchObject([{ target: id, details: { unreadable: true } }]);
  });

  it('redrives a group once its definition was mended, and many as a job', async () => {
    await post('discard', { filter: { kind: ['refusedCommand'] }, reason: 'of other tests' });
    for (let n = 0; n < 60; n += 1)
      await partner.send({ id: `many-${n}`, content: { definition: 'later', key: `many-${n}`, input: { n } } });
    for (let n = 0; n < 60; n += 1) await partner.replyTo(`many-${n}`); // they are handled beside each other
    const [group] = await groups('kind=refusedCommand');
    expect(group).toMatchObject({ code: 'DEFINITION_NOT_FOUND', definition: 'later', count: 60 });
    const key = { kind: group!.kind, code: group!.code, step: group!.step, definition: group!.definition };
    const dry = await redrive({ group: key, dryRun: true });
    expect(dry).toMatchObject({ dryRun: true, total: { count: 60, atLeast: false }, items: [], job: null });
    await gateway.request('POST', '/api/v1/definitions', {
      body: { name: 'later', version: '1.0.0', steps: [{ id: 'a', task: 'echo' }] },
    });
    const { job } = await redrive({ group: key, perSecond: 1_000 });
    const live = await LiveClient.open(gateway.url);
    live.send({ subscribe: 'incidents' });
    await live.until('delta', (message) => message.topic === 'incidents' && message.groups.length === 0);
    live.close();
    expect(await list('status=open&definition=later')).toEqual([]);
    for (let n = 0; n < 60; n += 10) expect(await started(`many-${n}`)).toHaveLength(1);
    const read = async () => (await gateway.request('GET', `/api/v1/bulk/${job!}`)).body as BulkJob;
    let last = await read();
    while (last.endedAt === null) last = await read();
    expect(last).toMatchObject({ action: 'incident.redrive', by: 'ada', done: 60, failed: 0 });
  });

  it('closes what a filter names, and refuses one that names all', async () => {
    const store = gateway.app.get(IncidentStore, { strict: false });
    for (const path of ['ship/1/pack', 'ship/2/pack']) await store.record({ kind: 'untold', code: 'X', reason: 'r', path });
    expect(await groups('path=ship/*/pack')).toMatchObject([{ step: 'ship/*/pack', count: 2 }]);
    expect((await post('resolve', { filter: {} })).status).toBe(422);
    const { body } = await post('resolve', { filter: { path: 'ship/*/pack' }, by: 'ada' });
    expect(body.items).toMatchObject([{ outcome: 'resolved' }, { outcome: 'resolved' }]);
  });

  it('has nothing to redrive where there is no message, and wants a decision about a lost step', async () => {
    const store = gateway.app.get(IncidentStore, { strict: false });
    const untold = await store.record({ kind: 'untold', reason: 'r' });
    const lost = await store.record({ kind: 'lostStep', code: 'WORKER_LOST', reason: 'r', instanceId: uuidv7(), path: 'a' });
    const { items } = await redrive({ ids: [untold, lost].sort() });
    expect(items.map(({ code }) => code).sort()).toEqual(['DECISION_REQUIRED', 'NOTHING_TO_REDRIVE']);
    const decided = await redrive({ ids: [lost], decision: 'runAgain' });
    expect(decided.items[0]).toMatchObject({ outcome: 'refused', code: 'INSTANCE_NOT_FOUND' });
    await post('resolve', { ids: [untold, lost] });
  });

  it('makes no other decision about a lost step while an earlier one waits for the owner, nor about a step that has gone on', async () => {
    const { body } = await gateway.request('POST', '/api/v1/instances', { body: { definition: 'pay', input: { cents: 1 } } });
    const store = gateway.app.get(IncidentStore, { strict: false });
    const about = { kind: 'lostStep', code: 'WORKER_LOST', reason: 'r', instanceId: body.id as string, path: 'charge' };
    const lost = (await store.record({ ...about, messageKey: `lostStep:${body.id}:1` }))!;
    const outcomes = gateway.app.get(OutcomeWatch, { strict: false });
    const silent = jest.spyOn(outcomes, 'wait').mockResolvedValue(undefined);
    const codeOf = async (wish: object) => (await redrive({ ids: [lost], ...wish })).items[0]!.code;
    expect(await codeOf({ decision: 'runAgain' })).toBe('OVERLOADED');
    for (const other of [{ decision: 'fail' }, { decision: 'complete' }, { decision: 'runAgain', edit: { a: 1 } }])
      expect([other, await codeOf(other)]).toEqual([other, 'DECISION_UNDER_WAY']);
    expect((await post('resolve', { ids: [lost] })).body.items[0]).toMatchObject({
      outcome: 'refused',
      code: 'REDRIVE_UNDER_WAY',
    });
    silent.mockRestore();
    const { DataSource } = await import('typeorm');
    const source = gateway.app.get(DataSource);
    await source.query(`UPDATE workflow_inbox SET applied_seq = 3, outcome = 'applied' WHERE id = $1`, [`incident:${lost}:0`]);
    expect(await codeOf({ decision: 'fail' })).toBe('DECISION_MADE');
    expect(await codeOf({ decision: 'runAgain', by: 'bob' })).toBeNull();
    const old = (await store.record({ ...about, messageKey: `lostStep:${body.id}:0` }))!;
    const event = `INSERT INTO workflow_events (instance_id, seq, generation, type, path, data, occurred_at)`;
    await source.query(`${event} VALUES ($1, 1000, 0, 'stepScheduled', 'charge', '{}', 0)`, [body.id]);
    const { items } = await redrive({ ids: [old], decision: 'complete' });
    expect(items[0]).toMatchObject({ outcome: 'refused', status: 'open', code: 'STEP_MOVED_ON' });
    await post('resolve', { ids: [old] });
  });

  it('hands a hook request to its trigger again, whose sender may repeat it as well', async () => {
    const put = (input: object): Promise<Answer> =>
      gateway.request('PUT', '/api/v1/triggers/shop', {
        body: { kind: 'hook', definition: 'pay', key: '${request.body.order}', input },
      });
    await put({ cents: '${request.body.total}' });
    const hook = () =>
      gateway.request('POST', '/api/v1/hooks/shop', { body: { order: 'hooked', sum: 7 }, headers: { 'webhook-id': 'w-1' } });
    expect((await hook()).status).toBe(422);
    expect((await hook()).status).toBe(422);
    const [incident] = await list('kind=refusedHook&status=open');
    expect(incident).toMatchObject({ code: 'MAPPING_FAILED', definition: 'pay', deliveries: 2 });
    await put({ cents: '${request.body.sum}' });
    expect((await redrive({ ids: [incident!.id] })).items[0]).toMatchObject({ outcome: 'redriven' });
    expect((await hook()).body).toMatchObject({ outcome: 'started' });
    expect(await started('hooked')).toHaveLength(1);
  });

  it('sets a command aside at which we fail again and again, and goes on', async () => {
    await gateway.request('POST', '/api/v1/definitions', {
      body: { name: 'bad', version: '1.0.0', steps: [{ id: 'a', task: 'echo' }] },
    });
    const { DataSource } = await import('typeorm');
    await gateway.app.get(DataSource).query(`UPDATE workflow_definitions SET spec = '{"name": 1}' WHERE name = 'bad'`);
    await partner.send({ id: 'fails', content: { definition: 'bad', input: {} } });
    await partner.send({ id: 'after', content: { definition: 'pay', key: 'after', input: { cents: 1 } } });
    expect((await partner.replyTo('after')).type).toBe('workflow.started');
    expect((await partner.replyTo('fails')).body).toMatchObject({ status: 500 });
    const [incident] = await list('kind=failingCommand&status=open');
    expect(incident).toMatchObject({ code: 'DATA_UNREADABLE', definition: 'bad' });
    expect((await detail(incident!.id)).error).toMatch(/\n\s+at /);
  });
});
