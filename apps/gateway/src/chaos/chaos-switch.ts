import { randomInt } from 'node:crypto';
import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown, Optional } from '@nestjs/common';
import {
  type ActRequest,
  type Chaos,
  type ChaosBody,
  chaosConfirmation,
  chaosLimits,
  type ChaosPlanRequest,
  type ChaosPreview,
} from '#libs/contracts';
import { CHAOS_LINK, type ChaosLink, faultsOf, profiles } from '#libs/chaos';
import type { JsonObject } from '#libs/engine';
import { type ChaosMoment, type ChaosPlan, ChaosStore, OperatorLog, type StoredChaosRun } from '#libs/persistence';
import { crashPoint, ROOT_LOGGER, type RootLogger } from '#libs/platform';
import { operatorEntry } from '../actions/operator-entry.js';
import { ApiProblem, fault } from '../http/api-problem.js';
import { toIso, toIsoOrNull } from '../http/times.js';
import { ChaosPreviews } from './chaos-previews.js';
import { ChaosReporter } from './chaos-reporter.js';

const pollMs = 1_000;

/** Chaos mode, as the API sees it: the row in PostgreSQL decides, and all services are told every second what it says. */
@Injectable()
export class ChaosSwitch implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: ChaosStore,
    private readonly log: OperatorLog,
    private readonly reporter: ChaosReporter,
    private readonly previews: ChaosPreviews,
    @Inject(ROOT_LOGGER) private readonly logger: RootLogger,
    /** Only where chaos is allowed. */
    @Optional() @Inject(CHAOS_LINK) private readonly link?: ChaosLink,
  ) {}

  onApplicationBootstrap(): void {
    if (this.link === undefined) return;
    this.timer = setInterval(() => void this.spread(), pollMs);
    this.timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async state(): Promise<Chaos> {
    const { link } = this;
    if (link === undefined) return { allowed: false };
    const { run, now } = await this.store.current();
    const leftMs = run === undefined ? 0 : leftOf(run, now);
    return {
      allowed: true,
      enabled: leftMs > 0,
      leftMs,
      run: run === undefined ? null : present(run, now),
      services: link.services(),
      report: run === undefined ? null : await this.reporter.report(run, now),
      profiles,
    };
  }

  /** @param id minted for the request, so that a repeat of it begins no run of its own. @throws ApiProblem CHAOS_NOT_ALLOWED, CHAOS_NOT_CONFIRMED */
  async set(body: ChaosBody, id?: string): Promise<Chaos> {
    this.requireAllowed();
    await (body.enabled ? this.enable(body, id) : this.disable(body, id));
    crashPoint('chaos.stored');
    await this.spread();
    return this.state();
  }

  /** @throws ApiProblem CHAOS_NOT_ALLOWED */
  async preview(request: ChaosPlanRequest): Promise<ChaosPreview> {
    const link = this.requireAllowed();
    return this.previews.preview(planOf(request), request.durationMs ?? chaosLimits.defaultMs, link.services());
  }

  /** @throws ApiProblem CHAOS_NOT_ALLOWED */
  async reset(act: ActRequest, id?: string): Promise<Chaos> {
    this.requireAllowed();
    await this.log.record(operatorEntry('chaos.reset', 'chaos', act, id), async (manager) => {
      await new ChaosStore(manager).reset();
      return true;
    });
    this.reporter.forget();
    return this.state();
  }

  private async enable(body: ChaosBody, id?: string): Promise<void> {
    requireConfirmed(body.confirm);
    const { by, reason, durationMs = chaosLimits.defaultMs } = body;
    const plan = planOf(body);
    const details = { ...plan, durationMs } as unknown as JsonObject;
    await this.log.record({ ...operatorEntry('chaos.enable', 'chaos', body, id), details }, async (manager) => {
      await new ChaosStore(manager).start({ plan, durationMs, reason, by });
      return true;
    });
    this.reporter.forget();
  }

  private async disable(act: ActRequest, id?: string): Promise<void> {
    void this.link?.end(); // first: the way to the database may be what is cut
    const entry = operatorEntry('chaos.disable', 'chaos', act, id);
    await this.log.record(entry, async (manager) => (await new ChaosStore(manager).stop()) || undefined);
  }

  /** Tells all services what is on; a run whose time is over is written down first, by one gateway. */
  private async spread(): Promise<void> {
    try {
      for (const run of await this.store.expired()) {
        const entry = { actor: 'clock', action: 'chaos.end', target: 'chaos', details: { run } };
        await this.log.record(entry, async (manager) => (await new ChaosStore(manager).expire(run)) || undefined);
      }
      await this.link?.order(orderOf(await this.store.current()));
    } catch (error) {
      this.logger.debug({ err: error }, 'chaos mode could not be read; it ends by itself'); // services count down alone
    }
  }

  private requireAllowed(): ChaosLink {
    if (this.link === undefined) throw notAllowed();
    return this.link;
  }
}

const leftOf = ({ endedAt, endsAt }: StoredChaosRun, now: number): number => (endedAt === null ? Math.max(0, endsAt - now) : 0);

function orderOf({ run, now }: ChaosMoment): Parameters<ChaosLink['order']>[0] {
  if (run === undefined || leftOf(run, now) === 0) return { run: null, now };
  const { faults, scope, seed, mayFailInstances } = run.plan;
  return {
    run: { id: run.id, faults, scope, seed, mayFailInstances, elapsedMs: now - run.startedAt, leftMs: leftOf(run, now) },
    now,
  };
}

function planOf({ profile, faults, scope = {}, seed, mayFailInstances = false }: ChaosPlanRequest): ChaosPlan {
  const isByHand = profile === undefined && Object.keys(faults ?? {}).length > 0;
  return {
    profile: isByHand ? null : (profile ?? 'moderate'),
    faults: faultsOf({ profile, faults }),
    scope,
    seed: seed ?? randomInt(2 ** 32),
    mayFailInstances,
  };
}

function present(run: StoredChaosRun, now: number): Extract<Chaos, { allowed: true }>['run'] {
  const { id, plan, reason, by, startedAt, endsAt } = run;
  const endedAt = run.endedAt ?? (endsAt <= now ? endsAt : null);
  return { id, ...plan, reason, by, startedAt: toIso(startedAt), endsAt: toIso(endsAt), endedAt: toIsoOrNull(endedAt) };
}

function requireConfirmed(confirm: string | undefined): void {
  if (confirm === chaosConfirmation) return;
  const message = `expected confirm to be "${chaosConfirmation}", but was ${confirm === undefined ? 'not there' : JSON.stringify(confirm)}`;
  const hint = 'Faults hit whatever runs here: look at the preview first, then type the words';
  throw new ApiProblem('CHAOS_NOT_CONFIRMED', message, { errors: [fault('CHAOS_NOT_CONFIRMED', '/confirm', message, hint)] });
}

function notAllowed(): ApiProblem {
  const message = 'expected a server that was started with chaos allowed, but this one was not';
  const hint = 'Set ORQUESTRA_CHAOS_ALLOWED=true for all services and start them again; not where others rely on them';
  return new ApiProblem('CHAOS_NOT_ALLOWED', message, { errors: [fault('CHAOS_NOT_ALLOWED', '', message, hint)] });
}
