import { inject, Injectable } from '@angular/core';
import type { ActRequest } from '@contracts/rest/actions';
import type {
  Partition,
  QueueSettings,
  QueueSettingsRequest,
  Task,
  TaskSettings,
  TaskSettingsRequest,
} from '@contracts/rest/capacity';
import type { DefinitionPaused } from '@contracts/rest/definitions';
import type { PageOf } from './acts-api';
import { Http } from './http';

/** Settings of queues and tasks, what workers and definitions are told, and who owns what. Every call rejects with an `ApiProblem`. */
@Injectable({ providedIn: 'root' })
export class CapacityApi {
  private readonly http = inject(Http);

  tasks = (signal?: AbortSignal): Promise<PageOf<Task>> => this.http.get('/tasks', {}, signal);
  partitions = (signal?: AbortSignal): Promise<PageOf<Partition>> => this.http.get('/partitions', {}, signal);
  putQueue = (name: string, body: QueueSettingsRequest): Promise<QueueSettings> =>
    this.http.put(`/queues/${encodeURIComponent(name)}`, body);
  putTask = (name: string, body: TaskSettingsRequest): Promise<TaskSettings> =>
    this.http.put(`/tasks/${encodeURIComponent(name)}`, body);
  actOnWorker = (id: string, act: 'drain' | 'resume', body: ActRequest, key: string): Promise<unknown> =>
    this.http.post(`/workers/${encodeURIComponent(id)}/${act}`, body, key);
  actOnDefinition = (name: string, act: 'pause' | 'resume', body: ActRequest, key: string): Promise<DefinitionPaused> =>
    this.http.post(`/definitions/${encodeURIComponent(name)}/${act}`, body, key);
}
