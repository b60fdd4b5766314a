import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BYTES_FORMS } from '#libs/engine';
import { ConfigError } from './config-error.js';
import { describeConfig, loadConfig, unknownVariables } from './load-config.js';

const faultsOf = (env: Record<string, string>, options: Parameters<typeof loadConfig>[1] = {}): string[] => {
  try {
    loadConfig(env, options);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map((fault) => `${fault.variable}: ${fault.message}`);
    throw error;
  }
  return [];
};

describe('loadConfig', () => {
  it('fills in every default', () => {
    expect(loadConfig({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      partitions: 8,
      topology: 1,
      profile: 'durable',
      logLevel: 'info',
      workerConcurrency: 100,
      workerQueues: ['default'],
      workerLabels: {},
      httpAllowPrivate: false,
      trustNetwork: false,
      examples: true,
      shutdownGraceMs: 25_000,
    });
    expect(loadConfig({}).databaseUrl).toBeUndefined();
  });

  it('reads numbers, switches, lists and labels', () => {
    const config = loadConfig({
      PORT: '0',
      ORQUESTRA_HTTP_ALLOW_PRIVATE: 'TRUE',
      ORQUESTRA_EXAMPLES: '0',
      ORQUESTRA_ALLOWED_ORIGINS: 'https://a.example, https://b.example,',
      ORQUESTRA_WORKER_QUEUES: 'default, payments',
      ORQUESTRA_WORKER_LABELS: 'gpu=yes, zone=eu-1',
    });
    expect(config).toMatchObject({
      port: 0,
      httpAllowPrivate: true,
      examples: false,
      workerQueues: ['default', 'payments'],
      workerLabels: { gpu: 'yes', zone: 'eu-1' },
    });
    expect(config.allowedOrigins).toEqual(['https://a.example', 'https://b.example']);
  });

  it('reports all faults at once, each with what was expected and found', () => {
    const faults = faultsOf({
      PORT: '70000',
      ORQUESTRA_PROFILE: 'fast',
      ORQUESTRA_WORKER_LABELS: 'gpu',
      ORQUESTRA_TRUST_NETWORK: 'maybe',
    });
    expect(faults).toEqual([
      'PORT: expected at most 65535, but found "70000"',
      'ORQUESTRA_TRUST_NETWORK: expected true or false, but found "maybe"',
      'ORQUESTRA_PROFILE: expected one of durable, latency, but found "fast"',
      'ORQUESTRA_WORKER_LABELS: expected name=value pairs with each name once, at "gpu", but found "gpu"',
    ]);
  });

  it.each([
    ['pay ments', 'at "pay ments"'],
    ['a,b,a', 'at "a"'],
    [',', 'or "-", but'],
  ])('refuses %j for queues', (ORQUESTRA_WORKER_QUEUES, place) => {
    expect(faultsOf({ ORQUESTRA_WORKER_QUEUES })).toEqual([expect.stringContaining(place)]);
  });

  it('takes an empty value as absent, and service defaults below the environment', () => {
    expect(loadConfig({ ORQUESTRA_PARTITIONS: '' }, { defaults: { partitions: '2' } }).partitions).toBe(2);
    expect(loadConfig({ ORQUESTRA_PARTITIONS: '4' }, { defaults: { partitions: '2' } }).partitions).toBe(4);
  });

  it('names what a service cannot do without', () => {
    expect(faultsOf({}, { requires: ['databaseUrl', 'amqpUrl'] })).toEqual([
      expect.stringMatching(/^DATABASE_URL: is required here/),
      expect.stringMatching(/^AMQP_URL: is required here/),
    ]);
  });

  it('takes limits within their range, sizes with a unit', () => {
    expect(loadConfig({ ORQUESTRA_BATCH_INPUTS: '50', ORQUESTRA_CACHE_BYTES: '1GiB' })).toMatchObject({
      batchInputs: 50,
      cacheBytes: 1024 ** 3,
      liveBuffer: 1024 ** 2,
    });
    expect(faultsOf({ ORQUESTRA_BATCH_INPUTS: '0', ORQUESTRA_CACHE_BYTES: '1KiB', ORQUESTRA_LIVE_BUFFER: 'much' })).toEqual([
      'ORQUESTRA_LIVE_BUFFER: expected a size such as ' + BYTES_FORMS + ', but found "much"',
      'ORQUESTRA_BATCH_INPUTS: expected at least 1, but found "0"',
      'ORQUESTRA_CACHE_BYTES: expected 8MiB to 64GiB, but found "1KiB"',
    ]);
  });

  it('gives every process another node id', () => {
    expect(loadConfig({}).nodeId).not.toBe(loadConfig({}).nodeId);
  });
});

describe('secrets', () => {
  const folder = mkdtempSync(join(tmpdir(), 'orquestra-config-'));
  const file = join(folder, 'database-url');
  writeFileSync(file, 'postgres://app:geheim@db:5432/orquestra\n');
  afterAll(() => rmSync(folder, { recursive: true }));

  it('are read from the file named by <NAME>_FILE', () => {
    expect(loadConfig({ DATABASE_URL_FILE: file }).databaseUrl).toBe('postgres://app:geheim@db:5432/orquestra');
  });

  it('are a fault when given twice or when the file cannot be read', () => {
    expect(faultsOf({ DATABASE_URL: 'postgres://x/y', DATABASE_URL_FILE: file })).toEqual([
      expect.stringContaining('given twice'),
    ]);
    expect(faultsOf({ AMQP_URL_FILE: join(folder, 'absent') })).toEqual([
      expect.stringMatching(/^AMQP_URL_FILE: expected a readable file/),
    ]);
  });

  it('never appear in a fault or in the described configuration', () => {
    expect(faultsOf({ DATABASE_URL: 'mysql://app:geheim@db/x' }).join()).not.toContain('geheim');
    const shown = JSON.stringify(describeConfig(loadConfig({ DATABASE_URL_FILE: file })));
    expect(shown).not.toContain('geheim');
    expect(shown).toContain('postgres://db:5432/orquestra');
  });
});

it('unknownVariables names the nearest known variable', () => {
  expect(unknownVariables({ ORQUESTRA_PARTITION: '3', PATH: '/bin', ORQUESTRA_URL: 'x' })).toEqual([
    { variable: 'ORQUESTRA_PARTITION', message: expect.stringContaining('did you mean ORQUESTRA_PARTITIONS?') as string },
  ]);
});
