import type { ActRequest, Chaos, ChaosPlanRequest, ChaosPreview, ChaosRequest } from '#libs/contracts';
import { ApiCalls, type PostOptions } from './api-calls.js';

/** Faults on purpose. */
export abstract class ChaosCalls extends ApiCalls {
  /** `allowed: false` and nothing else where the server was not started with it. */
  getChaos(): Promise<Chaos> {
    return this.get('/chaos');
  }

  /**
   * Enables it (with `confirm`) for a while, or disables it. Disabling has no key: it must do without the database, which may be what is cut.
   * @throws ApiProblem CHAOS_NOT_ALLOWED, CHAOS_NOT_CONFIRMED
   */
  setChaos(request: ChaosRequest): Promise<Chaos> {
    if (request.enabled) return this.put('/chaos', request);
    return this.http.call({ method: 'PUT', path: '/chaos', body: request, isRepeatable: true });
  }

  /** What a plan would hit. @throws ApiProblem CHAOS_NOT_ALLOWED */
  previewChaos(plan: ChaosPlanRequest, options: PostOptions = {}): Promise<ChaosPreview> {
    return this.post('/chaos/preview', { body: plan }, options);
  }

  /** Forgets the faults recorded so far. @throws ApiProblem CHAOS_NOT_ALLOWED */
  resetChaos(act: ActRequest = {}, options: PostOptions = {}): Promise<Chaos> {
    return this.post('/chaos/reset', { body: act }, options);
  }
}
