import { v7 as uuidv7 } from 'uuid';
import type {
  AuditEventItem,
  CancelRequest,
  DefinitionDetail,
  DefinitionSummary,
  DefinitionVersion,
  History,
  Instance,
  InstanceSummary,
  Partition,
  Queue,
  Registered,
  Started,
  StartedBatch,
  StartRequest,
  Stats,
  Step,
  StepList,
  StepLog,
  StepLogs,
  Task,
  Validated,
  Worker,
} from '#libs/contracts';
import { isEnded } from '#libs/engine';
import { WaitTimedOut } from './errors.js';
import { HttpConnection, type HttpOptions, type Query } from './http-connection.js';
import { LiveConnection } from './live-connection.js';
import { items } from './pages.js';

export interface PostOptions {
  /** Makes the POST safe to repeat; default: a fresh one a call, so that retries of ours start nothing twice. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

export interface RegisterOptions extends PostOptions {
  readonly strict?: boolean;
  readonly dryRun?: boolean;
  /** Default: true, for a pre-release false. */
  readonly activate?: boolean;
  readonly allowOlder?: boolean;
  readonly requireWorkers?: boolean;
}

export interface InstanceQuery {
  readonly definition?: string;
  readonly version?: string;
  readonly status?: readonly string[];
  readonly key?: string;
  readonly parent?: string;
  readonly idPrefix?: string;
  /** ISO 8601; created at or after. */
  readonly from?: string;
  /** ISO 8601; created before. */
  readonly to?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** Items asked for at once, at most 200. */
  readonly pageSize?: number;
}

/** A definition as text (`yaml` or `json`) or as the document itself. */
export type DefinitionSource = { readonly text: string; readonly format: 'yaml' | 'json' } | { readonly document: unknown };

/** Longest wait of one call; longer ones are asked again. */
const longestHoldMs = 20_000;
/** What the server allows. */
const mostWaitMs = 60_000;

/** REST and live client of one OrquestraX server. Every method throws the errors of `HttpConnection.call`. */
export class OrquestraClient {
  private readonly http: HttpConnection;

  constructor(private readonly options: HttpOptions) {
    this.http = new HttpConnection(options);
  }

  get baseUrl(): string {
    return this.http.baseUrl;
  }

  // definitions

  registerDefinition(source: DefinitionSource, options: RegisterOptions = {}): Promise<Registered> {
    const { strict, dryRun, activate, allowOlder, requireWorkers } = options;
    return this.post('/definitions', bodyOf(source), options, { strict, dryRun, activate, allowOlder, requireWorkers });
  }

  validateDefinition(source: DefinitionSource, options: { strict?: boolean; signal?: AbortSignal } = {}): Promise<Validated> {
    return this.post('/definitions/validate', bodyOf(source), options, { strict: options.strict });
  }

  listDefinitions(query: { q?: string; pageSize?: number } = {}): AsyncIterable<DefinitionSummary> {
    return items((cursor) => this.get('/definitions', { q: query.q, limit: query.pageSize, cursor }));
  }

  getDefinition(name: string): Promise<DefinitionDetail> {
    return this.get(`/definitions/${encodeURIComponent(name)}`);
  }

  getDefinitionVersion(name: string, version: string): Promise<DefinitionVersion> {
    return this.get(`/definitions/${encodeURIComponent(name)}/versions/${encodeURIComponent(version)}`);
  }

  // instances

  startInstance(request: StartRequest, options: PostOptions = {}): Promise<Started> {
    return this.post('/instances', { body: request }, options);
  }

  /**
   * Starts and waits in one call, as the server allows (60 s at most): the ended instance,
   * or what was started when it is still open then.
   */
  startAndWait(request: StartRequest, waitMs: number, options: PostOptions = {}): Promise<Instance | Started> {
    const heldMs = Math.min(Math.ceil(waitMs), mostWaitMs);
    return this.post('/instances', { body: request }, { ...options, heldMs }, { wait: `${heldMs}ms` });
  }

  /** Up to 1,000 at once; each is judged by itself. */
  startBatch(instances: readonly StartRequest[], options: PostOptions = {}): Promise<StartedBatch> {
    return this.post('/instances/batch', { body: { instances } }, options);
  }

  getInstance(id: string, options: { signal?: AbortSignal } = {}): Promise<Instance> {
    return this.get(`/instances/${encodeURIComponent(id)}`, {}, options);
  }

  /** Newest first, page by page as they are consumed. */
  listInstances(query: InstanceQuery = {}): AsyncIterable<InstanceSummary> {
    const { tags = {}, pageSize, ...filters } = query;
    const tagFilters = Object.fromEntries(Object.entries(tags).map(([name, value]) => [`tag.${name}`, value]));
    return items((cursor) => this.get('/instances', { ...filters, ...tagFilters, limit: pageSize, cursor }));
  }

  async steps(id: string, query: { under?: string; status?: readonly string[]; withData?: boolean } = {}): Promise<Step[]> {
    const { under, status, withData } = query;
    const path = `/instances/${encodeURIComponent(id)}/steps`;
    const list = await this.get<StepList>(path, { under, status, include: withData ? 'data' : undefined });
    return list.items;
  }

  /** Audit events from `after` (exclusive) to the last there is now. */
  async *history(id: string, after = 0): AsyncIterable<AuditEventItem> {
    let from: number | null = after;
    while (from !== null) {
      const page: History = await this.get(`/instances/${encodeURIComponent(id)}/history`, { after: from, limit: 1_000 });
      yield* page.items;
      from = page.next;
    }
  }

  /** What its steps (or one step and those inside it) logged, from `after` (exclusive) to the last line there is now. */
  async *logs(id: string, { path, after = 0 }: { path?: string; after?: number } = {}): AsyncIterable<StepLog> {
    let from: number | null = after;
    while (from !== null) {
      const page: StepLogs = await this.get(`/instances/${encodeURIComponent(id)}/logs`, { path, after: from, limit: 1_000 });
      yield* page.items;
      from = page.next;
    }
  }

  /**
   * Resolves when the instance has ended, however it ended.
   * @param options.timeoutMs in all; default: as long as it takes
   * @throws WaitTimedOut when it is still open then
   */
  async waitForInstance(id: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}): Promise<Instance> {
    const { timeoutMs = Number.POSITIVE_INFINITY, signal } = options;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const heldMs = Math.max(0, Math.min(longestHoldMs, Math.ceil(deadline - performance.now())));
      const path = `/instances/${encodeURIComponent(id)}/wait`;
      const answer = await this.get<Instance | Started>(path, { timeout: `${heldMs}ms` }, { heldMs, signal });
      if (isEnded(answer.status)) return answer as Instance;
      if (performance.now() >= deadline) throw new WaitTimedOut(id, timeoutMs);
    }
  }

  /** Stores the wish; the end is told by `waitForInstance` or live. */
  cancel(
    id: string,
    request: CancelRequest = {},
    options: PostOptions = {},
  ): Promise<{ id: string; status: Instance['status'] }> {
    return this.post(`/instances/${encodeURIComponent(id)}/cancel`, { body: request }, options);
  }

  // capacity and figures

  async workers(): Promise<Worker[]> {
    return (await this.get<{ items: Worker[] }>('/workers')).items;
  }

  async queues(): Promise<Queue[]> {
    return (await this.get<{ items: Queue[] }>('/queues')).items;
  }

  async tasks(): Promise<Task[]> {
    return (await this.get<{ items: Task[] }>('/tasks')).items;
  }

  async partitions(): Promise<Partition[]> {
    return (await this.get<{ items: Partition[] }>('/partitions')).items;
  }

  /** `from` and `to` are ISO 8601; default: the last hour by minute. */
  stats(query: { definition?: string; from?: string; to?: string; by?: 'minute' | 'hour' | 'day' } = {}): Promise<Stats> {
    return this.get('/stats', query);
  }

  /** A connection of its own to `/live`; close it when done. */
  live(): LiveConnection {
    return new LiveConnection(this.baseUrl, { headers: this.options.headers });
  }

  private get<T>(path: string, query: Query = {}, options: { heldMs?: number; signal?: AbortSignal } = {}): Promise<T> {
    return this.http.call({ method: 'GET', path, query, isRepeatable: true, ...options });
  }

  private post<T>(
    path: string,
    content: { body: unknown; contentType?: string },
    { idempotencyKey = uuidv7(), signal, heldMs }: PostOptions & { readonly heldMs?: number },
    query: Query = {},
  ): Promise<T> {
    const headers = { 'idempotency-key': idempotencyKey };
    return this.http.call({ method: 'POST', path, query, ...content, headers, isRepeatable: true, heldMs, signal });
  }
}

function bodyOf(source: DefinitionSource): { body: unknown; contentType?: string } {
  if ('document' in source) return { body: source.document };
  return { body: source.text, contentType: source.format === 'yaml' ? 'application/yaml' : 'application/json' };
}
