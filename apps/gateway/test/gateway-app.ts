import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { chaosFor } from '#libs/chaos';
import type { TriggerSource } from '#libs/extension-sdk';
import {
  createTransport,
  MemoryBroker,
  MessagingModule,
  type Transport,
  TRANSPORT,
  type TransportOptions,
} from '#libs/messaging';
import { PersistenceModule } from '#libs/persistence';
import { type Config, loadConfig, PlatformModule } from '#libs/platform';
import { TcpProxy } from '#libs/testing';
import { servers } from '../../../libs/persistence/src/testing/test-servers.js';
import { GatewayModule, serveGateway } from '../src/index.js';

export interface TestGateway {
  readonly url: string;
  readonly app: INestApplication;
  /** The gateway's own. */
  readonly transport: Transport;
  /** Another one on the same broker: stands for workers, orchestrators and other systems. */
  readonly other: Transport;
  readonly databaseUrl: string;
  /** Lines logged at `error`. */
  readonly errors: string[];
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface Wishes {
  readonly env?: Record<string, string>;
  /** Puts something between the gateway and its database; returns the address of that. */
  readonly through?: (databaseUrl: string) => Promise<string>;
  /** In place of the in-process transport. */
  readonly transport?: TransportOptions;
  /** Triggers of extensions. */
  readonly sources?: readonly TriggerSource[];
  /** Default true; false for a broker that is away. */
  readonly isThere?: boolean;
  /** How long a connection to the database is waited for. */
  readonly connectTimeoutMs?: number;
}

export interface RequestOptions {
  readonly body?: unknown;
  /** As it is, with this content type. */
  readonly text?: string | Uint8Array;
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed, when it is JSON. */
  readonly body: any; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into answers of every shape
}

/** A gateway on a fresh database and the in-process transport, listening on a free port. */
export async function startGateway({
  env = {},
  through,
  transport,
  sources = [],
  isThere = true,
  connectTimeoutMs = 2_000,
}: Wishes = {}): Promise<TestGateway> {
  const database = await servers[0]!.migrated();
  const databaseUrl = (await through?.(database.url)) ?? database.url;
  const config: Config = loadConfig({ PORT: '0', ORQUESTRA_LOG_LEVEL: 'error', ORQUESTRA_PARTITIONS: '2', ...env });
  const { incidentsAMinute } = config;
  const chaos = chaosFor(config, ['gateway']);
  const broker = new MemoryBroker();
  const errors: string[] = [];
  const stream = { write: (line: string) => void errors.push(line) };
  const app = await NestFactory.create(
    {
      module: class Root {},
      imports: [
        PlatformModule.forRoot(config, { role: 'gateway', logStream: stream }),
        MessagingModule.forRoot(transport ?? { kind: 'memory', broker }),
        PersistenceModule.forRoot({ url: databaseUrl, poolSize: 4, connectTimeoutMs, incidentsAMinute }),
        ...(chaos === undefined ? [] : [chaos.module]),
        GatewayModule.forRoot({ sources }),
      ],
    },
    { bodyParser: false, abortOnError: false, logger: false },
  );
  const url = await serveGateway(app);
  const other = createTransport(transport ?? { kind: 'memory', broker });
  // A broker that is away is waited for by nobody.
  if (isThere) await other.connect();
  return {
    url,
    app,
    transport: app.get<Transport>(TRANSPORT),
    other,
    databaseUrl: database.url,
    errors,
    request: (method, path, options) => send(url, method, path, options),
    close: async () => {
      await other.close();
      await app.close();
      await database.drop();
    },
  };
}

/** A gateway whose way to the database can be cut. The proxy is to be stopped after it. */
export async function startBehindProxy(
  wishes: Omit<Wishes, 'through'> = {},
): Promise<{ readonly gateway: TestGateway; readonly proxy: TcpProxy }> {
  let proxy: TcpProxy | undefined;
  const gateway = await startGateway({
    ...wishes,
    through: async (databaseUrl) => {
      const { hostname, port } = new URL(databaseUrl);
      proxy = await TcpProxy.start({ host: hostname, port: Number(port || 5432) });
      return proxy.through(databaseUrl);
    },
  });
  return { gateway, proxy: proxy! };
}

async function send(url: string, method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
  const { body, text, type = 'application/json', headers = {} } = options;
  const content = text ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await fetch(url + path, {
    method,
    headers: { ...(content !== undefined && { 'content-type': type }), ...headers },
    ...(content !== undefined && { body: content as RequestInit['body'] }),
    signal: AbortSignal.timeout(20_000),
  });
  const answer = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return {
    status: response.status,
    headers: response.headers,
    text: answer,
    body: isJson ? (JSON.parse(answer) as unknown) : undefined,
  };
}
