import type { TriggerContext, TriggerSource } from '#libs/extension-sdk';
import { startGateway, type TestGateway } from './gateway-app.js';

/** A source whose world is the test. */
class TestSource implements TriggerSource {
  readonly name = 'bell';
  context?: TriggerContext;
  isStopped = false;

  async start(context: TriggerContext): Promise<void> {
    this.context = context;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
  }
}

const broken: TriggerSource = {
  name: 'broken',
  start: () => Promise.reject(new Error('its folder is not there')),
  stop: () => Promise.reject(new Error('and it cannot be stopped')),
};

let gateway: TestGateway;
const source = new TestSource();
const instances = async (): Promise<unknown[]> => (await gateway.request('GET', '/api/v1/instances')).body.items as unknown[];

beforeAll(async () => {
  gateway = await startGateway({ sources: [source, broken] });
  await gateway.request('POST', '/api/v1/definitions', {
    body: { name: 'ring', version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] },
  });
}, 30_000);
afterAll(() => gateway.close());

describe('a trigger of an extension', () => {
  it('starts one instance for an occurrence, however often and at once it is told', async () => {
    const told = await Promise.all(
      Array.from({ length: 20 }, () => source.context!.start('ring-1', { definition: 'ring', input: { n: 1 } })),
    );
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(await source.context!.start('ring-2', { definition: 'ring' })).toMatchObject({ status: 'pending', version: '1.0.0' });
    expect(await instances()).toHaveLength(2);
  }, 30_000);

  it('tells events, by key and once', async () => {
    const event = { name: 'payment', key: 'o-1', payload: { cents: 7 } };
    const outcome = await source.context!.event('pay-1', event);
    expect(outcome).toMatchObject({ outcome: 'kept' });
    expect(await source.context!.event('pay-1', event)).toEqual(outcome);
  });

  it.each([
    ['no such definition', 'x-1', { definition: 'nobody' }, 'DEFINITION_NOT_FOUND'],
    ['a property nobody knows', 'x-2', { definition: 'ring', surprise: 1 }, 'REQUEST_INVALID'],
    ['what cannot be stored', 'x-3', { definition: 'ring', input: { text: '\u0000' } }, 'VALUE_NOT_STORABLE'],
    ['an occurrence without a name', '', { definition: 'ring' }, 'MESSAGE_ID_REQUIRED'],
    ['another thing under a name that was used', 'ring-2', { definition: 'ring', key: 'k' }, 'IDEMPOTENCY_KEY_REUSED'],
    ['no object', 'x-4', 7, 'BODY_INVALID'],
    ['more than a body may be', 'x-5', { definition: 'ring', input: 'x'.repeat(1_100_000) }, 'BODY_TOO_LARGE'],
  ])('is refused %s, with the code of the problem', async (_, id, request, code) => {
    for (let time = 0; time < 2; time += 1)
      await expect(source.context!.start(id, request as { definition: string })).rejects.toMatchObject({
        name: 'TriggerRefused',
        code,
      });
  });

  it('that was refused is done when it is told again and may be', async () => {
    const tell = () => source.context!.start('early-1', { definition: 'early' });
    await expect(tell()).rejects.toMatchObject({ code: 'DEFINITION_NOT_FOUND' });
    const document = { name: 'early', version: '1.0.0', steps: [{ id: 'hello', task: 'echo' }] };
    await gateway.request('POST', '/api/v1/definitions', { body: document });
    const { id } = await tell();
    expect(await tell()).toMatchObject({ id });
  });

  it('that cannot start shows in the health, and holds up nobody', async () => {
    const { status, body } = await gateway.request('GET', '/health/ready');
    expect(status).toBe(200);
    expect(body.checks.triggers).toMatchObject({ status: 'down', detail: 'broken: its folder is not there' });
    expect(gateway.errors.splice(0).join()).toContain('a trigger could not start');
  });

  it('is stopped when the gateway closes, and its doors are shut', async () => {
    const other = new TestSource();
    const short = await startGateway({ sources: [other] });
    await short.close();
    expect(other.isStopped).toBe(true);
    await expect(other.context!.start('late', { definition: 'ring' })).rejects.toThrow('the gateway is closing');
  }, 30_000);
});
