// What the tests run against, decided once and said in one line.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Refusal } from './refusal.mjs';
import { quietNode } from './spawn.mjs';

const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** @returns {{line: string, env: Record<string, string>}} the sentence for people, and the environment of the tests */
export async function chooseServers(env = process.env) {
  const { status, output } = await quietNode(['scripts/run/probe.mjs']);
  if (status !== 0) throw new Refusal(`could not look for PostgreSQL and RabbitMQ:\n${output}`);
  return decide({ ...JSON.parse(output), browser: findBrowser(env) }, env);
}

/** Pure part: what was found and what was asked for → what is used, or why not. */
export function decide({ database, broker, browser }, env) {
  const missing = [
    database.url === undefined &&
      (env.DATABASE_URL || env.CI) &&
      `PostgreSQL (${env.DATABASE_URL ? 'DATABASE_URL' : '127.0.0.1:5432'}): ${database.fault}`,
    broker.url === undefined &&
      (env.AMQP_URL || env.CI) &&
      `RabbitMQ (${env.AMQP_URL ? 'AMQP_URL' : '127.0.0.1:5672'}): ${broker.fault}`,
    browser === undefined && env.CI && 'Chromium: none in PATH; install it, or name it in ORQUESTRA_TEST_CHROMIUM',
  ].filter(Boolean);
  if (missing.length > 0)
    throw new Refusal(`The tests need what is not there:\n${missing.map((each) => `  ${each}`).join('\n')}`);
  return {
    line: `testing on ${[databaseText(database), brokerText(broker), browser === undefined ? 'no Chromium: tests of the console in a browser are skipped' : 'Chromium'].join(' · ')}`,
    env: {
      ...(database.url && { ORQUESTRA_TEST_DATABASE_URL: database.url }),
      ...(broker.url && { ORQUESTRA_TEST_AMQP_URL: broker.url }),
      ...(browser && { ORQUESTRA_TEST_CHROMIUM: browser }),
    },
  };
}

const place = (url) => new URL(url).host;
const databaseText = ({ url, version }) => (url === undefined ? 'embedded PostgreSQL' : `PostgreSQL ${version} at ${place(url)}`);
const brokerText = ({ url, version }) =>
  url === undefined ? 'in-process transport' : `RabbitMQ ${version} at ${place(url)} and in-process transport`;

function findBrowser(env) {
  if (env.ORQUESTRA_TEST_CHROMIUM) return existsSync(env.ORQUESTRA_TEST_CHROMIUM) ? env.ORQUESTRA_TEST_CHROMIUM : undefined;
  const folders = (env.PATH ?? '').split(delimiter);
  return browsers.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => existsSync(path));
}
