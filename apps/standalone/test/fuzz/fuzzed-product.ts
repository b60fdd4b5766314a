import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OrquestraClient } from '#libs/client';
import { problemSchema } from '#libs/contracts';
import type { Json } from '#libs/engine';
import { ProcessGroup, startStandalone, type TestProcess } from '#libs/testing';
import { type ComposeServers, prepareServers } from '../compose-servers.js';

/** What an answer may take, ms: nothing here asks to be waited for. */
const answerWithinMs = 8_000;
/** After what a bad input was allowed to cost, bytes. */
const memoryAtMost = 900 * 1024 * 1024;

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
}

/** The whole product as one real process on PostgreSQL and RabbitMQ, and what must be true of it after any input. */
export class FuzzedProduct {
  private constructor(
    readonly url: string,
    readonly process: TestProcess,
    readonly servers: ComposeServers,
    readonly client: OrquestraClient,
    private readonly group: ProcessGroup,
    private readonly folder: string,
    private pid: number | undefined,
  ) {}

  static async open(database: string, broker: string): Promise<FuzzedProduct> {
    const folder = await mkdtemp(join(tmpdir(), 'orquestra-fuzz-'));
    const servers = await prepareServers(database, broker);
    const group = new ProcessGroup();
    const { url, process } = await startStandalone(group, {
      dataDir: folder,
      databaseUrl: servers.databaseUrl,
      env: {
        ...{ AMQP_URL: servers.amqpUrl, ORQUESTRA_LOG_LEVEL: 'info', ORQUESTRA_LOG_FORMAT: 'json', ORQUESTRA_EXAMPLES: 'false' },
        ORQUESTRA_SHUTDOWN_GRACE_MS: '3000', // steps of an hour are under way
      },
    });
    await process.line(/OrquestraX is running/);
    process.lines.splice(0); // what it says to people
    const client = new OrquestraClient({ baseUrl: url });
    await client.registerDefinition({ document: probe });
    return new FuzzedProduct(url, process, servers, client, group, folder, process.pid);
  }

  async close(): Promise<void> {
    await this.group.end();
    await this.servers.remove();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What it has warned of since the last look, each text once: for messages. */
  warnings(): string[] {
    const records = this.process.lines.filter(Boolean).map(recordOf);
    const worse = records.filter(({ level }) => level !== 'info');
    return [...new Set(worse.map(({ level, msg = '', err }) => `${level}: ${msg} ${err?.stack?.slice(0, 600) ?? ''}`))];
  }

  /** SIGTERM, something while nobody is there, and a new start. */
  async restart(between: () => Promise<void>): Promise<void> {
    expect(await this.process.stop()).toEqual({ code: 0, signal: null });
    this.process.lines.splice(0);
    await between();
    await this.process.start();
    await this.process.line(/OrquestraX is running/);
    this.pid = this.process.pid;
    const said = this.process.lines.findIndex((line) => line.includes('OrquestraX is running'));
    const records = this.process.lines.slice(0, said).filter((line) => line.startsWith('{'));
    this.process.lines.splice(0, said + 1, ...records);
  }

  /** Sends a request. @throws Error when the answer is our fault, late, or no problem we describe */
  async judged({ method, path, headers, body }: Sent): Promise<{ readonly status: number; readonly text: string }> {
    const response = await fetch(this.url + path, {
      method,
      redirect: 'manual',
      signal: AbortSignal.timeout(answerWithinMs),
      ...(headers && { headers }),
      ...(body !== undefined && { body: body as RequestInit['body'] & string }),
    });
    const text = await response.text();
    const fault = faultIn(response.status, response.headers.get('content-type') ?? '', text);
    if (fault !== undefined) throw new Error(`${fault}: ${response.status} ${text.slice(0, 2_000)}`);
    return { status: response.status, text };
  }

  /**
   * The same process still answers, decides and runs steps; its prototypes are clean; each line it has printed is one record, and none
   * tells of an error of ours.
   * @param expected records of level error that are told on purpose
   */
  async expectWell(expected: (record: LogRecord) => boolean = () => false): Promise<void> {
    expect([this.process.isRunning, this.process.pid]).toEqual([true, this.pid]);
    expect(this.recordsOfErrors().filter((record) => !expected(record))).toEqual([]);
    const { id } = await this.client.startInstance({ definition: probe.name, input: { a: { polluted: 'no' } } });
    const ended = await this.client.waitForInstance(id, { timeoutMs: 20_000 });
    expect(ended).toMatchObject({ status: 'completed', output: clean });
    const metrics = await (await fetch(`${this.url}/metrics`)).text();
    expect(Number(/^process_resident_memory_bytes(?:\{.*\})? (\S+)$/m.exec(metrics)?.[1])).toBeLessThan(memoryAtMost);
  }

  private recordsOfErrors(): LogRecord[] {
    const records = this.process.lines.splice(0).filter(Boolean).map(recordOf);
    return records.filter(({ level }) => level === 'error' || level === 'fatal');
  }
}

export interface LogRecord {
  readonly level: string;
  readonly msg?: string;
  readonly kind?: string;
  readonly err?: { readonly stack?: string };
}

const levels = new Set(['debug', 'info', 'warn', 'error', 'fatal']);

function recordOf(line: string): LogRecord {
  if (/[\u0000-\u001f\u007f]/.test(line))
    throw new Error(`expected a log without control characters, but found ${JSON.stringify(line)}`);
  const record = JSON.parse(line) as LogRecord & { role?: string };
  if (!levels.has(record.level) || record.role !== 'standalone') throw new Error(`expected a record of ours, but found ${line}`);
  return record;
}

/** Would see it if something had got into the prototypes of whoever decides. */
const probe = {
  name: 'probe',
  version: '1.0.0',
  steps: [
    {
      id: 'see',
      type: 'set',
      values: { own: '${has(input.a.polluted)}', fresh: '${has(input.polluted)}', keys: '${keys({"x": 1})}' },
    },
    { id: 'echo', task: 'echo', input: '${steps.see.output}' },
  ],
  output: '${steps.echo.output}',
};
const clean: Json = { own: true, fresh: false, keys: ['x'] };

const leaks = /node_modules|at .*\.(?:ts|js):\d+|\bSELECT \w|\bINSERT INTO|\/tmp\/|\/work\//;

/** Why an answer is our fault; undefined when it is none. */
export function faultIn(status: number, contentType: string, text: string): string | undefined {
  if (status >= 500) return 'an answer of ours is an error';
  if (status < 400) return undefined;
  if (!contentType.startsWith('application/problem+json')) return `a refusal is ${contentType}`;
  const problem = problemSchema.safeParse(JSON.parse(text));
  if (!problem.success) return `a refusal is no problem we describe: ${problem.error.message}`;
  return leaks.test(text) ? 'a refusal tells what is inside' : undefined;
}
