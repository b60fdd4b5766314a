import { existsSync, readFileSync } from 'node:fs';
import { variables } from '#libs/platform';
import { inOrderOfStart, readComposeFile } from './compose-file.js';

const file = readComposeFile();
const names = Object.keys(file.services);
const ours = Object.entries(file.services).filter(([, service]) => service.build !== undefined);
const running = ours.filter(([name]) => name !== 'migrate');

describe('docker-compose.yml', () => {
  it('has PostgreSQL, RabbitMQ, the migration, 2 orchestrators, 3 workers and 2 gateways', () => {
    const count = (prefix: string) => names.filter((name) => name.startsWith(prefix)).length;
    expect([count('orchestrator-'), count('worker-'), count('gateway-')]).toEqual([2, 3, 2]);
    expect(names).toEqual(expect.arrayContaining(['postgres', 'rabbitmq', 'migrate']));
    expect(names).toHaveLength(10);
  });

  it('has no top-level name, which older Compose refuses', () => expect(file.name).toBeUndefined());

  it.each(running)(
    '%s starts only when PostgreSQL, RabbitMQ and the schema are ready, and has a health check',
    (_name, service) => {
      expect(service.depends_on).toEqual({
        postgres: { condition: 'service_healthy' },
        rabbitmq: { condition: 'service_healthy' },
        migrate: { condition: 'service_completed_successfully' },
      });
      expect(service.healthcheck?.test).toEqual(['CMD', 'node', 'deploy/healthcheck.mjs']);
    },
  );

  it.each(ours)('%s runs a program that is there, with variables that exist', (_name, service) => {
    const [command, entry] = service.command ?? [];
    expect(command).toBe('node');
    expect(
      existsSync(
        String(entry)
          .replace(/^dist\//, '')
          .replace(/\.js$/, '.ts'),
      ),
    ).toBe(true);
    const known = Object.values(variables).map((variable) => variable.name);
    expect(Object.keys(service.environment ?? {}).filter((name) => !known.includes(name))).toEqual([]);
  });

  it('publishes nothing but the gateways, on loopback', () => {
    const published = Object.entries(file.services).flatMap(([name, service]) =>
      (service.ports ?? []).map((port) => [name, port]),
    );
    expect(published).toEqual([
      ['gateway-1', '127.0.0.1:3000:3000'],
      ['gateway-2', '127.0.0.1:3001:3000'],
    ]);
  });

  it('keeps the data of PostgreSQL and RabbitMQ in volumes, and gives no worker the database', () => {
    expect(Object.keys(file.volumes)).toEqual(['postgres', 'rabbitmq']);
    for (const [, service] of ours.filter(([name]) => name.startsWith('worker-')))
      expect(service.environment).not.toHaveProperty('DATABASE_URL');
  });

  it('takes its passwords from the environment', () => {
    const environment = readComposeFile({ POSTGRES_PASSWORD: 'p1', RABBITMQ_PASSWORD: 'p2' }).services['gateway-1']?.environment;
    expect(environment).toMatchObject({
      DATABASE_URL: expect.stringContaining(':p1@') as string,
      AMQP_URL: expect.stringContaining(':p2@') as string,
    });
  });

  it('lets the migration come before the services', () => {
    const order = inOrderOfStart(file).map(([name]) => name);
    expect(order[0]).toBe('migrate');
    expect(order).toHaveLength(8);
  });
});

describe('Dockerfile', () => {
  const lines = readFileSync('Dockerfile', 'utf8').split('\n');
  it('lets the base image be chosen in its first line', () => expect(lines[0]).toBe('ARG BASE=node:24-bookworm-slim'));
  it('runs as an ordinary user, with a health check', () => {
    expect(lines).toContain('USER node');
    expect(lines.some((line) => line.startsWith('HEALTHCHECK'))).toBe(true);
  });
});
