import { inject, Injectable } from '@angular/core';
import type { ActRequest } from '@contracts/rest/actions';
import type { Chaos, ChaosPlanRequest, ChaosPreview, ChaosRequest } from '@contracts/rest/chaos';
import { newKey } from '../new-key';
import { Http } from './http';

/** Faults on purpose. Every call rejects with an `ApiProblem`. */
@Injectable({ providedIn: 'root' })
export class ChaosApi {
  private readonly http = inject(Http);

  chaos = (signal?: AbortSignal): Promise<Chaos> => this.http.get('/chaos', {}, signal);
  set = (body: ChaosRequest): Promise<Chaos> => this.http.put('/chaos', body);
  /** Blast radius; injects nothing. */
  preview = (plan: ChaosPlanRequest): Promise<ChaosPreview> => this.http.post('/chaos/preview', plan, newKey());
  reset = (body: ActRequest, key: string): Promise<Chaos> => this.http.post('/chaos/reset', body, key);
}
