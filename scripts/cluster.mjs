// `npm run cluster`: N of each service as supervised processes of this machine, against PostgreSQL and RabbitMQ.
import { clusterOptions, usage } from './cluster/options.mjs';
import { prepareDatabase } from './cluster/database.mjs';
import { Supervised } from './cluster/supervised.mjs';
import { watcher } from './cluster/watch.mjs';
import { serviceEnv } from './run/node.mjs';
import { inRoot } from './run/paths.mjs';
import { Refusal } from './run/refusal.mjs';
import { stage } from './run/stage.mjs';

/** Grace of the services (ORQUESTRA_SHUTDOWN_GRACE_MS and 5 s) and a little. */
const graceMs = Number(process.env.ORQUESTRA_SHUTDOWN_GRACE_MS || 25_000) + 10_000;

/** Ctrl-C reaches this process from the terminal and perhaps again from npm: within this time that is one signal, ms. */
const sameSignalMs = 500;

function specs(options) {
  const base = {
    DATABASE_URL: options.databaseUrl,
    AMQP_URL: options.amqpUrl,
    ORQUESTRA_SUPERVISED: String(options.restart), // chaos mode may end a process: it is started again
  };
  const roles = Object.entries(options.counts);
  return roles.flatMap(([role, count]) =>
    Array.from({ length: count }, (_, i) => ({
      role,
      index: i + 1,
      args: ['--enable-source-maps', inRoot('dist', 'apps', role, 'src', 'main.js')],
      env: serviceEnv(role === 'gateway' ? { ...base, PORT: String(options.port + i) } : base),
    })),
  );
}

async function main() {
  const options = clusterOptions(process.argv.slice(2), process.env);
  if (options.help) return void process.stdout.write(`${usage}\n`);
  await stage('bringing the database up to date', () => prepareDatabase(options.databaseUrl));
  const out = {
    events: process.stdout,
    logs: options.json ? process.stderr : process.stdout,
    json: options.json,
    colour: process.stdout.isTTY && !process.env.NO_COLOR,
  };
  const waiting = new Set();
  const services = specs(options).map((spec, nth) => {
    const watch = watcher(spec, nth, out);
    waiting.add(`${spec.role}-${spec.index}`);
    const event = (name, fields) => {
      watch.event(name, fields);
      if (name === 'ready' && waiting.delete(`${spec.role}-${spec.index}`) && waiting.size === 0) announce(options, out);
    };
    return new Supervised(spec, { ...watch, event }, { restart: options.restart });
  });
  endWith(services);
  for (const service of services) service.start();
}

function announce(options, out) {
  const urls = Array.from({ length: options.counts.gateway }, (_, i) => `http://localhost:${options.port + i}`);
  out.events.write(
    options.json
      ? `${JSON.stringify({ event: 'up', urls })}\n`
      : `\nall services are ready${urls.length > 0 ? `: ${urls.join('  ')}` : ''}\n\n`,
  );
}

function endWith(services) {
  let since;
  const end = async (signal) => {
    if (since !== undefined && Date.now() - since < sameSignalMs) return;
    if (since !== undefined) return services.forEach((service) => service.kill());
    since = Date.now();
    process.stderr.write(`${signal}: the services finish what is in flight; once more to end at once\n`);
    await Promise.all(services.map((service) => service.end(graceMs)));
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, end);
  process.on('disconnect', () => since === undefined && end('the terminal is gone'));
  process.on('exit', () => services.forEach((service) => service.kill()));
}

try {
  await main();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = error.status;
}
