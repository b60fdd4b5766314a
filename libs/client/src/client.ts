import type {
  Acted,
  ActRequest,
  AnswerRequest,
  Ask,
  AuditEventItem,
  BindRequest,
  BulkDryRun,
  BulkJob,
  BulkRequest,
  CancelStepRequest,
  ClaimRequest,
  CompleteStepRequest,
  EventByKeyRequest,
  EventOutcome,
  EventToInstanceRequest,
  KeptEvent,
  ReassignRequest,
  RestartRequest,
  RetryStepRequest,
  SkipStepRequest,
  CancelRequest,
  DefinitionDetail,
  DefinitionPaused,
  DefinitionSummary,
  DefinitionVersion,
  History,
  Instance,
  InstanceSummary,
  Partition,
  PartitionList,
  Queue,
  QueueSettings,
  QueueSettingsRequest,
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
  TaskSettings,
  TaskSettingsRequest,
  Validated,
  Worker,
} from '#libs/contracts';
import { isEnded } from '#libs/engine';
import { type ActOptions, heldFor, type PostOptions, waitOf } from './api-calls.js';
import { WaitTimedOut } from './errors.js';
import { IncidentCalls } from './incident-calls.js';
import { LiveConnection } from './live-connection.js';
import { items } from './pages.js';

export interface RegisterOptions extends PostOptions {
  readonly strict?: boolean;
  readonly dryRun?: boolean;
  /** Default: true, for a pre-release false. */
  readonly activate?: boolean;
  readonly allowOlder?: boolean;
  readonly requireWorkers?: boolean;
}

export interface InstanceQuery {
  readonly definition?: string | readonly string[];
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
export class OrquestraClient extends IncidentCalls {
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

  /** Open instances are paused by a bulk job; those that start from now on begin paused. */
  pauseDefinition(name: string, act: ActRequest = {}, options: PostOptions = {}): Promise<DefinitionPaused> {
    return this.post(`/definitions/${encodeURIComponent(name)}/pause`, { body: act }, options);
  }

  resumeDefinition(name: string, act: ActRequest = {}, options: PostOptions = {}): Promise<DefinitionPaused> {
    return this.post(`/definitions/${encodeURIComponent(name)}/resume`, { body: act }, options);
  }

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
    const filters = { under, status, include: withData ? 'data' : undefined };
    const found: Step[] = [];
    for (let after: string | undefined; ;) {
      const list = await this.get<StepList>(path, { ...filters, after });
      found.push(...list.items);
      if ((list.next ?? null) === null) return found;
      after = list.next as string;
    }
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

  // actions: each answers when its owner has decided (`applied`), or after a moment that it is stored (`stored`)

  cancel(id: string, request: CancelRequest = {}, options: ActOptions = {}): Promise<Acted> {
    return this.act(id, 'cancel', request, options);
  }

  pause(id: string, request: ActRequest = {}, options: ActOptions = {}): Promise<Acted> {
    return this.act(id, 'pause', request, options);
  }

  resume(id: string, request: ActRequest = {}, options: ActOptions = {}): Promise<Acted> {
    return this.act(id, 'resume', request, options);
  }

  /** A failed or timed-out instance goes on from its failed steps. */
  retry(id: string, request: ActRequest = {}, options: ActOptions = {}): Promise<Acted> {
    return this.act(id, 'retry', request, options);
  }

  retryStep(id: string, request: RetryStepRequest, options: ActOptions = {}): Promise<Acted> {
    return this.act(id, 'steps/retry', request, options);
  }

  skipStep(id: string, request: SkipStepRequest, options: ActOptions = {}): Promise<Acted> {
    return this.act(id, 'steps/skip', request, options);
  }

  completeStep(id: string, request: CompleteStepRequest, options: ActOptions = {}): Promise<Acted> {
    return this.act(id, 'steps/complete', request, options);
  }

  cancelStep(id: string, request: CancelStepRequest, options: ActOptions = {}): Promise<Acted> {
    return this.act(id, 'steps/cancel', request, options);
  }

  /** A new instance from a chosen step of this one. */
  restart(id: string, request: RestartRequest = {}, options: PostOptions = {}): Promise<Started> {
    return this.post(`/instances/${encodeURIComponent(id)}/restart`, { body: request }, options);
  }

  // events

  sendEventToInstance(id: string, event: EventToInstanceRequest, options: ActOptions = {}): Promise<EventOutcome> {
    return this.act(id, 'events', event, options);
  }

  /** To whoever waits for its name and key, else kept. */
  sendEvent(event: EventByKeyRequest, options: ActOptions = {}): Promise<EventOutcome> {
    return this.post('/events', { body: event }, heldFor(options), waitOf(options));
  }

  /** Events by key that nobody has taken: `waiting`, or `unmatched` when their time has passed. */
  listEvents(query: { status?: 'waiting' | 'unmatched'; pageSize?: number } = {}): AsyncIterable<KeptEvent> {
    return items((cursor) => this.get('/events', { status: query.status, limit: query.pageSize, cursor }));
  }

  bindEvent(id: string, request: BindRequest, options: ActOptions = {}): Promise<EventOutcome> {
    return this.post(`/events/${encodeURIComponent(id)}/bind`, { body: request }, heldFor(options), waitOf(options));
  }

  // asks

  /** Open ones, those that wait longest first. */
  listAsks(query: { assignee?: string; instance?: string; pageSize?: number } = {}): AsyncIterable<Ask> {
    const { pageSize, ...filters } = query;
    return items((cursor) => this.get('/asks', { ...filters, limit: pageSize, cursor }));
  }

  answerAsk(id: string, name: string, answer: AnswerRequest, options: ActOptions = {}): Promise<Acted> {
    return this.act(id, `asks/${encodeURIComponent(name)}`, answer, options);
  }

  claimAsk(id: string, name: string, request: ClaimRequest, options: ActOptions = {}): Promise<Acted> {
    return this.act(id, `asks/${encodeURIComponent(name)}/claim`, request, options);
  }

  reassignAsk(id: string, name: string, request: ReassignRequest, options: ActOptions = {}): Promise<Acted> {
    return this.act(id, `asks/${encodeURIComponent(name)}/reassign`, request, options);
  }

  // bulk jobs

  startBulk(request: BulkRequest & { readonly dryRun?: false }, options: PostOptions = {}): Promise<BulkJob> {
    return this.post('/bulk', { body: request }, options);
  }

  /** How many instances it would be, and some of them. */
  tryBulk(request: BulkRequest, options: PostOptions = {}): Promise<BulkDryRun> {
    return this.post('/bulk', { body: { ...request, dryRun: true } }, options);
  }

  /** @param query.after only failures of instances after this id, at most `limit` */
  getBulk(id: string, query: { after?: string; limit?: number } = {}): Promise<BulkJob> {
    return this.get(`/bulk/${encodeURIComponent(id)}`, query);
  }

  stopBulk(id: string, request: ActRequest = {}, options: PostOptions = {}): Promise<BulkJob> {
    return this.post(`/bulk/${encodeURIComponent(id)}/stop`, { body: request }, options);
  }

  /** A value that the history only names by its hash. */
  payload(id: string, sha256: string): Promise<unknown> {
    return this.get(`/instances/${encodeURIComponent(id)}/payloads/${encodeURIComponent(sha256)}`);
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

  /** What is set for every queue for which something is. */
  async queueSettings(): Promise<QueueSettings[]> {
    return (await this.get<{ settings?: QueueSettings[] }>('/queues')).settings ?? []; // an older server says none
  }

  /** What is absent stays, null removes it. */
  setQueue(name: string, settings: QueueSettingsRequest): Promise<QueueSettings> {
    return this.put(`/queues/${encodeURIComponent(name)}`, settings);
  }

  setTask(name: string, settings: TaskSettingsRequest): Promise<TaskSettings> {
    return this.put(`/tasks/${encodeURIComponent(name)}`, settings);
  }

  worker(id: string): Promise<Worker> {
    return this.get(`/workers/${encodeURIComponent(id)}`);
  }

  /** It takes nothing new; resolves when it says so. @throws ApiProblem WORKER_NOT_FOUND, WORKER_GONE, WORKER_SILENT */
  drainWorker(id: string, request: ActRequest = {}, options: PostOptions = {}): Promise<Worker> {
    return this.post(`/workers/${encodeURIComponent(id)}/drain`, { body: request }, { ...options, heldMs: 10_000 });
  }

  /** It takes work again; otherwise as `drainWorker`. */
  resumeWorker(id: string, request: ActRequest = {}, options: PostOptions = {}): Promise<Worker> {
    return this.post(`/workers/${encodeURIComponent(id)}/resume`, { body: request }, { ...options, heldMs: 10_000 });
  }

  /** Partitions, and the orchestrators alive. */
  partitionOwners(): Promise<PartitionList> {
    return this.get('/partitions');
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
}

function bodyOf(source: DefinitionSource): { body: unknown; contentType?: string } {
  if ('document' in source) return { body: source.document };
  return { body: source.text, contentType: source.format === 'yaml' ? 'application/yaml' : 'application/json' };
}
