import type {
  ActRequest,
  Backfilled,
  BackfillRequest,
  HookDelivery,
  NextTimes,
  PreviewRequest,
  Trigger,
  TriggerKind,
  TriggerRequest,
  TriggerRun,
} from '#libs/contracts';
import type { PostOptions } from './api-calls.js';
import { ChaosCalls } from './chaos-calls.js';
import { items } from './pages.js';

/** What starts instances by itself. */
export abstract class TriggerCalls extends ChaosCalls {
  listTriggers(query: { kind?: TriggerKind; definition?: string; pageSize?: number } = {}): AsyncIterable<Trigger> {
    const { pageSize, ...filters } = query;
    return items((cursor) => this.get('/triggers', { ...filters, limit: pageSize, cursor }));
  }

  getTrigger(name: string): Promise<Trigger> {
    return this.get(triggerPath(name));
  }

  /** @param act who asks for it, and why */
  putTrigger(name: string, spec: TriggerRequest, act: ActRequest = {}): Promise<Trigger> {
    return this.put(triggerPath(name), spec, { ...act });
  }

  deleteTrigger(name: string, act: ActRequest = {}): Promise<Trigger> {
    return this.delete(triggerPath(name), { ...act });
  }

  pauseTrigger(name: string, request: ActRequest = {}, options: PostOptions = {}): Promise<Trigger> {
    return this.post(`${triggerPath(name)}/pause`, { body: request }, options);
  }

  resumeTrigger(name: string, request: ActRequest = {}, options: PostOptions = {}): Promise<Trigger> {
    return this.post(`${triggerPath(name)}/resume`, { body: request }, options);
  }

  /** A schedule, now. */
  runTrigger(name: string, request: ActRequest = {}, options: PostOptions = {}): Promise<TriggerRun> {
    return this.post(`${triggerPath(name)}/run`, { body: request }, options);
  }

  backfillTrigger(name: string, request: BackfillRequest, options: PostOptions = {}): Promise<Backfilled> {
    return this.post(`${triggerPath(name)}/backfill`, { body: request }, options);
  }

  /** Newest first. */
  triggerRuns(name: string, query: { pageSize?: number } = {}): AsyncIterable<TriggerRun> {
    return items((cursor) => this.get(`${triggerPath(name)}/runs`, { limit: query.pageSize, cursor }));
  }

  nextTimes(name: string, query: { count?: number } = {}): Promise<NextTimes> {
    return this.get(`${triggerPath(name)}/next`, query);
  }

  /** The last requests to a hook, newest first. */
  hookDeliveries(name: string, query: { pageSize?: number } = {}): AsyncIterable<HookDelivery> {
    return items((cursor) => this.get(`/hooks/${encodeURIComponent(name)}/deliveries`, { limit: query.pageSize, cursor }));
  }

  previewSchedule(request: PreviewRequest, options: PostOptions = {}): Promise<NextTimes> {
    return this.post('/triggers/preview', { body: request }, options);
  }
}

const triggerPath = (name: string): string => `/triggers/${encodeURIComponent(name)}`;
