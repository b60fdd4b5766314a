import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Counter, Gauge } from 'prom-client';
import type { Operation } from '#libs/contracts';
import { CONFIG, type Config, METRICS, type MetricsRegistry, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import type { ApiProblem } from '../http/api-problem.js';
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
/** These have nothing to answer but what they wait for; the others are answered as if they had not asked to wait. */
export const onlyWaiting: ReadonlySet<string> = new Set(['waitForInstance']);

/** One line in the log, however many were refused meanwhile, ms. */
const tellEveryMs = 10_000;

const shareOf = (id: string, method: Operation['method']): ShareName =>
  method === 'get' ? 'reads' : workOperations.has(id) ? 'work' : 'acts';

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
  /** Refusals since the last line in the log. */
  private untold = 0;
  private toldAtMs = -Infinity;

  constructor(
    @Inject(CONFIG) private readonly limits: Limits,
    @Inject(METRICS) registry: MetricsRegistry,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
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
   * Before the body is read: what would be refused anyway is not worth it.
   * @throws ApiProblem OVERLOADED
   */
  requireRoom({ id, method, tag }: Operation): void {
    if (tag === 'Probes') return;
    const name = shareOf(id, method);
    const share = this.shares[name];
    if (share.isFull) throw this.refusal(name, share.refusal('full'));
    if (name === 'work' && this.delay.meanMs > this.limits.loopDelayMs) throw this.refusal(name, share.refusal('late'));
    if (onlyWaiting.has(id) && this.held >= this.limits.heldRequests) throw this.refusal(name, share.refusal('held'));
  }

  /**
   * @param onGone tells when the caller has left: nobody waits any more
   * @returns nothing for what always gets through: probes and metrics
   * @throws ApiProblem OVERLOADED
   */
  async enter({ id, method, tag }: Operation, onGone: (left: () => void) => void): Promise<Place | undefined> {
    if (tag === 'Probes') return undefined;
    const name = shareOf(id, method);
    const entered = await this.shares[name].enter(onGone);
    if (entered instanceof ShareFull) throw this.refusal(name, entered);
    return entered;
  }

  /** Its body has no room beside those of others; what else of it comes is not read. */
  bodyRefusal({ id, method }: Operation): ApiProblem {
    const name = shareOf(id, method);
    return this.refusal(name, this.shares[name].refusal('body'), { connection: 'close' });
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

  private refusal(share: ShareName, { why, retryAfterS }: ShareFull, headers = {}): ApiProblem {
    this.refused.inc({ share, why });
    this.untold += 1;
    const nowMs = performance.now();
    if (nowMs - this.toldAtMs > tellEveryMs) {
      this.logger.warn({ share, why, refused: this.untold }, 'requests are refused: there are more than there is room for');
      this.toldAtMs = nowMs;
      this.untold = 0;
    }
    return overloaded(sentences[why], retryAfterS, headers);
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
  body: 'the bodies of others take up all there is',
  held: 'as many requests as may be are waiting already',
};
