import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { Client } from 'pg';

const run = promisify(execFile);

/** What stands for the containers `postgres` and `rabbitmq`: a database and a virtual host of our own on the test servers. */
export interface ComposeServers {
  readonly databaseUrl: string;
  readonly amqpUrl: string;
  remove(): Promise<void>;
}

export async function prepareServers(databaseServer: string, broker: string): Promise<ComposeServers> {
  const name = `orquestra_compose_${randomBytes(4).toString('hex')}`;
  await execute(databaseServer, `CREATE DATABASE ${name}`);
  const ownHost = await addVirtualHost(name, decodeURIComponent(new URL(broker).username || 'guest'));
  return {
    databaseUrl: Object.assign(new URL(databaseServer), { pathname: `/${name}` }).href,
    amqpUrl: ownHost ? Object.assign(new URL(broker), { pathname: `/${name}` }).href : broker,
    remove: async () => {
      await execute(databaseServer, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      if (ownHost) await run('rabbitmqctl', ['-q', 'delete_vhost', name]);
    },
  };
}

/** @returns false where this user may not administer RabbitMQ: the default virtual host has to do */
async function addVirtualHost(name: string, user: string): Promise<boolean> {
  try {
    await run('rabbitmqctl', ['-q', 'add_vhost', name]);
    await run('rabbitmqctl', ['-q', 'set_permissions', '-p', name, user, '.*', '.*', '.*']);
    return true;
  } catch {
    return false;
  }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
