import { runCli } from './run-cli.js';
import { FakeGateway } from './testing/fake-gateway.js';
import { TestShell } from './testing/test-shell.js';

const started = { id: '01890000-0000-7000-8000-000000000001', status: 'pending', definition: 'order', version: '1.0.0' };

describe('instance start', () => {
  const gateway = new FakeGateway();
  let url: string;
  beforeAll(async () => (url = await gateway.listen()));
  afterAll(() => gateway.close());

  const run = (line: string): Promise<number> =>
    runCli(`instance start order ${line}`.split(' '), new TestShell(true, { NO_COLOR: '1', ORQUESTRA_URL: url }));

  it('says when it starts, and where it goes', async () => {
    gateway.routes.set('POST /instances', { status: 201, body: started });
    expect(await run('--singleton nightly --queue urgent --priority 9')).toBe(0);
    expect(await run('--debounce a=b=5s')).toBe(0);
    expect(gateway.seen.map(({ body }) => body)).toMatchObject([
      { singleton: 'nightly', queue: 'urgent', priority: 9 },
      { debounce: { key: 'a=b', for: '5s' } },
    ]);
    expect(await run('--priority high')).toBe(2);
  });
});
