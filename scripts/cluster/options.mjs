import { parseArgs } from 'node:util';
import { Refusal } from '../run/refusal.mjs';

export const usage = `npm run cluster -- [options]
  --orchestrators <n>  default 2
  --workers <n>        default 2
  --gateways <n>       default 1; on --port, --port + 1, …
  --port <n>           default 3000, or PORT
  --no-restart         leave a service that ended ended
  --json               events as JSON lines on standard output, logs on standard error
DATABASE_URL and AMQP_URL say where PostgreSQL and RabbitMQ are; by default on this machine at their standard ports.`;

const defaults = { databaseUrl: 'postgres://postgres@127.0.0.1:5432/orquestrax', amqpUrl: 'amqp://guest:guest@127.0.0.1:5672' };

/** @throws Refusal (status 2) naming the option */
export function clusterOptions(args, env) {
  const options = Object.fromEntries(['orchestrators', 'workers', 'gateways', 'port'].map((name) => [name, { type: 'string' }]));
  let values;
  try {
    ({ values } = parseArgs({
      args,
      options: { ...options, json: { type: 'boolean' }, 'no-restart': { type: 'boolean' }, help: { type: 'boolean' } },
    }));
  } catch (error) {
    throw new Refusal(`${error.message}\n${usage}`, 2);
  }
  return {
    help: values.help === true,
    json: values.json === true,
    restart: values['no-restart'] !== true,
    counts: {
      orchestrator: whole('orchestrators', values, 2),
      worker: whole('workers', values, 2),
      gateway: whole('gateways', values, 1),
    },
    port: values.port === undefined && env.PORT ? whole('PORT', env, 3000) : whole('port', values, 3000),
    databaseUrl: env.DATABASE_URL || defaults.databaseUrl,
    amqpUrl: env.AMQP_URL || defaults.amqpUrl,
  };
}

function whole(name, values, byDefault) {
  const text = values[name];
  if (text === undefined) return byDefault;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new Refusal(`${name}: expected a whole number, but found "${text}"\n${usage}`, 2);
  return Number(text);
}
