import { limit, sizeLimit } from './fields.js';

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;

/** What bounds the memory and the connections of a process. Those a person may want to turn; the rest are constants beside their code. */
export const limits = {
  connections: limit('ORQUESTRA_CONNECTIONS', {
    from: 10,
    to: 1_000_000,
    byDefault: 4_000,
    text: 'Connections open at a gateway, live ones included; further ones are closed at once.',
    why: 'What a thousand consoles, each with its live connection and two more, may need.',
  }),
  liveClients: limit('ORQUESTRA_LIVE_CLIENTS', {
    from: 1,
    to: 100_000,
    byDefault: 1_000,
    text: 'Live connections (consoles) of a gateway; a further one is answered 503 and comes back by itself.',
    why: 'With nobody reading, each may hold its whole buffer until it is cut (15 to 30 s).',
  }),
  liveBuffer: sizeLimit('ORQUESTRA_LIVE_BUFFER', {
    from: 64 * KIB,
    to: 256 * MIB,
    byDefault: MIB,
    text: 'Unsent bytes of a live connection beyond which nothing more is written to it: its lists get a new snapshot later, its streams go on where they stopped.',
    why: 'Several screens of news; a connection of 1 MB/s drains it within a second.',
  }),
  commandPrefetch: limit('ORQUESTRA_COMMAND_PREFETCH', {
    from: 1,
    to: 10_000,
    byDefault: 100,
    text: 'Commands of other systems a gateway takes from the broker before it has answered those it has; all others stay in `orquestra.commands`.',
    why: 'Keeps all connections to PostgreSQL at work; what a gateway that dies held comes again to another.',
  }),
  hotPool: limit('ORQUESTRA_DATABASE_HOT_POOL', {
    from: 2,
    to: 200,
    byDefault: 4,
    text: 'Connections to PostgreSQL on which an orchestrator commits and loads.',
    why: 'Two partitions commit while two load: enough for two cores. With more cores, one a partition.',
  }),
  doorPool: limit('ORQUESTRA_DATABASE_DOOR_POOL', {
    from: 2,
    to: 200,
    byDefault: 4,
    text: 'Connections to PostgreSQL on which a gateway stores starts, commands and events: beside those of orchestrators, so that a flood of starts holds up no step.',
    why: 'As many as two cores keep at work; with more cores, two a core.',
  }),
  statementTimeoutMs: limit('ORQUESTRA_STATEMENT_TIMEOUT_MS', {
    from: 1_000,
    to: 600_000,
    byDefault: 20_000,
    text: 'Milliseconds after which PostgreSQL ends a statement; 5 s later a connection that does not answer at all is given up.',
    why: 'Below the 30 s after which clients give up, far above what any statement of ours takes.',
  }),
  batchInputs: limit('ORQUESTRA_BATCH_INPUTS', {
    from: 1,
    to: 5_000,
    byDefault: 500,
    text: 'Inputs an owner decides and commits together; also what it takes from the queue of a partition before it has acknowledged.',
    why: 'Enough for a commit to cost little a step; larger ones only take longer, and what comes meanwhile waits.',
  }),
  cacheBytes: sizeLimit('ORQUESTRA_CACHE_BYTES', {
    from: 8 * MIB,
    to: 64 * GIB,
    byDefault: 256 * MIB,
    text: 'States of instances all partitions together may keep in memory; those not used for longest are read again when needed.',
    why: 'About 100,000 instances of five steps; what has no room costs one query a batch, not correctness.',
  }),
  dispatchWindow: limit('ORQUESTRA_DISPATCH_WINDOW', {
    from: 1,
    to: 10_000,
    byDefault: 1_000,
    text: 'Commands of one queue and task that a partition keeps with the broker at most; the rest waits in order in PostgreSQL.',
    why: 'Two seconds of work at 500 steps a second; more would only make priorities and recovery slower.',
  }),
  publishWindow: limit('ORQUESTRA_PUBLISH_WINDOW', {
    from: 1,
    to: 65_535,
    byDefault: 1_024,
    text: 'Messages a process has with RabbitMQ unconfirmed on one channel (at most 16 MiB of them); more wait, for at most 10 s.',
    why: 'At 25,000 messages a second that is 40 ms of work; more only fill the memory of the broker.',
  }),
  queueBytes: sizeLimit('ORQUESTRA_QUEUE_BYTES', {
    from: MIB,
    to: 16 * GIB,
    byDefault: 64 * MIB,
    text: 'Content a queue of the in-process transport holds before those who send to it wait.',
    why: 'Four of the largest messages (16 MiB); all of the backlog beyond it stands in PostgreSQL.',
  }),
  workerPrefetch: limit('ORQUESTRA_WORKER_PREFETCH', {
    from: 1,
    to: 10_000,
    byDefault: 200,
    text: 'Messages of one task a worker takes before it has done those it has; no more than a minute of work either.',
    why: 'Enough for steps that take no time at all; more would only be withheld from other workers.',
  }),
  webhookAttempts: limit('ORQUESTRA_WEBHOOK_ATTEMPTS', {
    from: 1,
    to: 10_000,
    byDefault: 256,
    text: 'Deliveries of webhooks an orchestrator has under way at once; of one webhook 8.',
    why: 'Slow receivers keep theirs for up to 15 s; 32 of them at the same time leave the others unhurt.',
  }),
};
