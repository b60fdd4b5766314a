import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import type { Operation } from '#libs/contracts';
import { CONFIG, type Config, METRICS, type MetricsRegistry } from '#libs/platform';
import { overloaded } from '../http/overloaded.js';
import { BodyRoom } from './body-room.js';
import { LoopDelay } from './loop-delay.js';
import { type Place, Share, ShareFull } from './share.js';

type ShareName = 'work' | 'acts' | 'reads';
type Limits = Pick<Config, 'requestsAtOnce' | 'requestsWaiting' | 'requestWaitMs' | 'heldRequests' | 'bodyBytes' | 'loopDelayMs'>;

/** What makes new work, and may come in floods; other changes are acts. */
export const workOperations: ReadonlySet<string> = new Set([
  'startInstance',
  'startInstances',
  'restartInstance',
  'receiveHook',
  'sendEvent',
  'sendEventToInstance',
  'runTrigger',
  'backfillTrigger',
  'startBulk',
]);
/** These have nothing to answer but what they wait for; asked again at once they would do nothing else. */
export const onlyWaiting: ReadonlySet<string> = new Set(['waitForInstance', 'readFeed']);

/**
 * How much of the API is worked on at once. Each share has places of its own, so that a flood of starts leaves operators theirs;
 * those without a place stand in line for a bounded time, and are then told when to come again.
 */
@Injectable()
export class Admission implements OnApplicationShutdown {
  readonly bodies: BodyRoom;
  private readonly shares: Readonly<Record<ShareName, Share>>;
  private readonly delay = new LoopDelay();
  private readonly refused: Counter<'share' | 'why'>;
  private held = 0;

  constructor(
    @Inject(CONFIG) private readonly limits: Limits,
    @Inject(METRICS) registry: MetricsRegistry,
  ) {
    const share = (): Share =>
      new Share({ atOnce: limits.requestsAtOnce, waiting: limits.requestsWaiting, waitMs: limits.requestWaitMs });
    this.shares = { work: share(), acts: share(), reads: share() };
    this.bodies = new BodyRoom(limits.bodyBytes);
    this.refused = new Counter({
      name: 'orquestrax_http_refused_total',
      help: 'Requests answered 503 because the gateway had no room for them',
      labelNames: ['share', 'why'],
      registers: [registry],
    });
    this.measure(registry);
  }

  onApplicationShutdown(): void {
    this.delay.stop();
  }

  /**
   * @param onGone tells when the caller has left: nobody waits any more
   * @returns nothing for what always gets through: probes and metrics
   * @throws ApiProblem OVERLOADED
   */
  async enter({ id, method, tag }: Operation, onGone: (left: () => void) => void): Promise<Place | undefined> {
    if (tag === 'Probes') return undefined;
    const name = method === 'get' ? 'reads' : workOperations.has(id) ? 'work' : 'acts';
    const share = this.shares[name];
    try {
      if (name === 'work' && this.delay.meanMs > this.limits.loopDelayMs) throw share.refusal('late');
      if (onlyWaiting.has(id) && this.held >= this.limits.heldRequests) throw share.refusal('held');
      return await share.enter(onGone);
    } catch (error) {
      if (!(error instanceof ShareFull)) throw error;
      this.refused.inc({ share: name, why: error.why });
      throw overloaded(sentences[error.why], error.retryAfterS);
    }
  }

  /** One more request only waits. @returns false when too many do */
  hold(): boolean {
    if (this.held >= this.limits.heldRequests) return false;
    this.held += 1;
    return true;
  }

  letGo(): void {
    this.held -= 1;
  }

  private measure(registry: MetricsRegistry): void {
    const ofShares = (name: string, help: string, read: (share: Share) => number): void => {
      const gauge: Gauge<'share'> = new Gauge({
        ...{ name, help, labelNames: ['share'], registers: [registry] },
        collect: () => Object.entries(this.shares).forEach(([share, each]) => gauge.set({ share }, read(each))),
      });
    };
    const ofAll = (name: string, help: string, read: () => number): void => {
      const gauge: Gauge = new Gauge({ name, help, registers: [registry], collect: () => gauge.set(read()) });
    };
    ofShares('orquestrax_http_in_progress', 'Requests worked on', ({ inProgress }) => inProgress);
    ofShares('orquestrax_http_waiting', 'Requests in line for a place', ({ waiting }) => waiting);
    ofAll('orquestrax_http_held', 'Requests that hold no place because they only wait', () => this.held);
    ofAll('orquestrax_http_bodies_bytes', 'Bodies of requests in memory', () => this.bodies.usedBytes);
  }
}

const sentences: Readonly<Record<ShareFull['why'], string>> = {
  full: 'there are as many requests of this kind in line as may be',
  waited: 'the request has stood in line for as long as may be',
  late: 'this process is too busy to take in more work',
  held: 'as many requests as may be are waiting already',
};
