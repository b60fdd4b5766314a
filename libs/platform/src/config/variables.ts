import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { z } from 'zod';
import { bytes, crashPointPass, flag, integer, labels, list, oneOf, queueNames, urlOf, variable } from './fields.js';
import { limits } from './limits.js';

/** Every environment variable the services read, under the name it has in `Config`. The reference page comes from here. */
export const variables = {
  databaseUrl: variable(
    'DATABASE_URL',
    urlOf('postgres:', 'postgresql:').optional(),
    'PostgreSQL, 15 or newer. `npm start` runs its own when it is absent.',
    {
      secret: true,
    },
  ),
  amqpUrl: variable(
    'AMQP_URL',
    urlOf('amqp:', 'amqps:').optional(),
    'RabbitMQ, 3.10 or newer. `npm start` uses the in-process transport when it is absent.',
    {
      secret: true,
    },
  ),
  extensions: variable(
    'ORQUESTRA_EXTENSIONS',
    list().default([]),
    'Files with triggers, tasks or a transport of your own, comma-separated, from the working directory: see [extending](extending.md).',
    { byDefault: 'none' },
  ),
  transport: variable(
    'ORQUESTRA_TRANSPORT',
    z.string().min(1).max(60).optional(),
    'Name of the transport of an extension, for all services alike; takes the place of AMQP_URL.',
  ),
  databasePool: variable(
    'ORQUESTRA_DATABASE_POOL',
    integer(2, 200).default(10),
    'Connections to PostgreSQL of one process for definitions, lists and administration; 11 more are for leases, schedules, the feed and acts of operators, and see the limits below.',
  ),
  port: variable(
    'PORT',
    integer(0, 65_535).default(3000),
    'Port of the gateway: console, REST and live connection. 0 takes a free one.',
  ),
  host: variable('ORQUESTRA_HOST', z.string().min(1).default('127.0.0.1'), 'Address the gateway listens on.'),
  healthPort: variable(
    'ORQUESTRA_HEALTH_PORT',
    integer(0, 65_535).optional(),
    'Port of `/health/live`, `/health/ready` and `/metrics` of an orchestrator or worker. Not served when absent.',
  ),
  healthHost: variable('ORQUESTRA_HEALTH_HOST', z.string().min(1).default('127.0.0.1'), 'Address the health port listens on.'),
  trustNetwork: variable(
    'ORQUESTRA_TRUST_NETWORK',
    flag(false),
    'There is no authentication yet: the gateway refuses to listen off loopback unless this says that the network in front of it is trusted.',
  ),
  allowedOrigins: variable(
    'ORQUESTRA_ALLOWED_ORIGINS',
    list().default([]),
    'Origins, besides its own, whose pages may open the live connection; comma-separated.',
    { byDefault: 'none' },
  ),
  dataDir: variable('ORQUESTRA_DATA_DIR', z.string().min(1).default('./data'), 'Folder in which `npm start` keeps its database.'),
  partitions: variable(
    'ORQUESTRA_PARTITIONS',
    integer(1, 4096).default(8),
    'Partitions instances are spread over; the same for all services. `npm start`: 2.',
  ),
  topology: variable(
    'ORQUESTRA_TOPOLOGY',
    integer(1, 1_000_000).default(1),
    'Number in the names of the partition queues; raised when the number of partitions changes.',
  ),
  profile: variable(
    'ORQUESTRA_PROFILE',
    oneOf(['durable', 'latency']).default('durable'),
    '`durable`: quorum queues, persistent messages. `latency`: classic queues, messages in memory; a crash of the broker delays steps, it never loses them.',
  ),
  logLevel: variable(
    'ORQUESTRA_LOG_LEVEL',
    oneOf(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
    'Least severe level that is logged.',
  ),
  logFormat: variable(
    'ORQUESTRA_LOG_FORMAT',
    oneOf(['json', 'pretty']).optional(),
    '`json`: one object a line. `pretty`: for people.',
    {
      byDefault: '`pretty` on a terminal, else `json`',
    },
  ),
  stepLogDays: variable(
    'ORQUESTRA_STEP_LOG_DAYS',
    integer(1, 36_500).default(30),
    'Days for which orchestrators keep what steps log; at most 64 KiB of an attempt are kept at all. The audit log is not touched by it.',
  ),
  nodeId: variable(
    'ORQUESTRA_NODE_ID',
    z
      .string()
      .regex(/^[A-Za-z0-9_.-]{1,100}$/, 'expected 1 to 100 letters, digits, . _ or -')
      .default(() => `${hostname().slice(0, 60)}-${process.pid}-${randomBytes(3).toString('hex')}`),
    'Name of this process in leases, announcements and logs; must be unique.',
    { byDefault: 'host, process id and a random part' },
  ),
  workerConcurrency: variable(
    'ORQUESTRA_WORKER_CONCURRENCY',
    integer(1, 10_000).default(100),
    'Most steps a worker runs at once.',
  ),
  workerQueues: variable(
    'ORQUESTRA_WORKER_QUEUES',
    queueNames().default(['default']),
    'Queues a worker serves with the built-in tasks and all handlers that name no queue of their own; comma-separated.',
    { byDefault: '`default`' },
  ),
  workerLabels: variable(
    'ORQUESTRA_WORKER_LABELS',
    labels().default({}),
    'Labels a worker announces, as `name=value,name=value`.',
    { byDefault: 'none' },
  ),
  workerMemory: variable(
    'ORQUESTRA_WORKER_MEMORY',
    bytes().optional(),
    'Memory a worker offers to steps that require some, as `2GiB` or in bytes.',
    { byDefault: 'what the container or the machine has' },
  ),
  workerHeartbeatMs: variable(
    'ORQUESTRA_WORKER_HEARTBEAT_MS',
    integer(500, 30_000).default(2_000),
    'Milliseconds between two announcements of a worker. Shorter finds lost workers sooner, longer costs less with many workers.',
  ),
  workerLostAfter: variable(
    'ORQUESTRA_WORKER_LOST_AFTER',
    integer(2, 20).default(3),
    'Heartbeats a worker may miss before orchestrators and gateways take it for lost; the same for all of them.',
  ),
  leaseMs: variable(
    'ORQUESTRA_LEASE_MS',
    integer(5_000, 120_000).default(10_000),
    'Milliseconds for which an orchestrator that is gone keeps its partitions; they are renewed about three times in that. Nothing is judged lost before a full lease has passed.',
  ),
  httpAllowPrivate: variable(
    'ORQUESTRA_HTTP_ALLOW_PRIVATE',
    flag(false),
    'Lets `http` steps and webhooks reach private and loopback addresses, and all ports.',
  ),
  examples: variable(
    'ORQUESTRA_EXAMPLES',
    flag(true),
    'Workers serve the tasks of the examples; `npm start` registers the example definitions.',
  ),
  chaosAllowed: variable(
    'ORQUESTRA_CHAOS_ALLOWED',
    flag(false),
    'Lets chaos mode be enabled: faults on purpose, see [chaos](chaos.md). The same for all services; not where others rely on them.',
  ),
  supervised: variable(
    'ORQUESTRA_SUPERVISED',
    flag(false),
    'Something starts this process again when it ends: chaos mode then kills the process; else it only drops what the process holds in memory. `npm run cluster` and `docker-compose.yml` set it.',
  ),
  shutdownGraceMs: variable(
    'ORQUESTRA_SHUTDOWN_GRACE_MS',
    integer(0, 600_000).default(25_000),
    'Milliseconds that work in flight may take to end after SIGTERM or SIGINT. A second signal ends the process at once.',
  ),
  crashPoint: variable(
    'ORQUESTRA_CRASH_POINT',
    crashPointPass().optional(),
    'For tests: ends the process, as if it were killed, at the first pass of this point, or at the n-th with `name:n`.',
  ),
  crashPointsAllowed: variable(
    'ORQUESTRA_CRASH_POINTS_ALLOWED',
    flag(false),
    'For tests: takes ORQUESTRA_CRASH_POINT, which otherwise keeps the service from starting.',
  ),
  ...limits,
};

type Variables = typeof variables;

/** The checked configuration of a process. */
export type Config = { readonly [K in keyof Variables]: z.output<Variables[K]['schema']> };
export type ConfigKey = keyof Config;
