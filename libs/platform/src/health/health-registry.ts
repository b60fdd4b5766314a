/** One thing a service needs to be of use: the database, the broker, its leases. */
export interface HealthCheck {
  /** Shown in `/health/ready`, e.g. `database`. */
  readonly name: string;
  /** Resolves when all is well, perhaps with something worth showing; rejects (or takes too long) when not. */
  check(): Promise<Readonly<Record<string, unknown>> | void>;
}

export interface HealthReport {
  readonly status: 'ok' | 'failing' | 'draining';
  readonly checks: Readonly<Record<string, { readonly status: 'ok' | 'failing'; readonly [detail: string]: unknown }>>;
}

const defaultLimitMs = 2_000;

/** The health checks of this process. Modules register theirs; the gateway's `/health` and the health port read them. */
export class HealthRegistry {
  private readonly registered = new Map<string, HealthCheck>();
  private isDraining = false;

  constructor(private readonly limitMs = defaultLimitMs) {}

  /** @returns the function that takes it out again */
  register(check: HealthCheck): () => void {
    this.registered.set(check.name, check);
    return () => this.registered.delete(check.name);
  }

  /** From now on the service is not ready: it is shutting down. */
  drain(): void {
    this.isDraining = true;
  }

  /** All checks at once, each bounded in time. */
  async ready(): Promise<HealthReport> {
    const entries = await Promise.all(
      [...this.registered.values()].map(async (check) => [check.name, await this.run(check)] as const),
    );
    const failing = entries.some(([, result]) => result.status === 'failing');
    return { status: this.isDraining ? 'draining' : failing ? 'failing' : 'ok', checks: Object.fromEntries(entries) };
  }

  private async run(check: HealthCheck): Promise<HealthReport['checks'][string]> {
    let timer: NodeJS.Timeout | undefined;
    const tooLong = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${this.limitMs} ms`)), this.limitMs);
    });
    try {
      return { ...(await Promise.race([check.check(), tooLong])), status: 'ok' };
    } catch (error) {
      return { status: 'failing', reason: error instanceof Error ? error.message : String(error) };
    } finally {
      clearTimeout(timer);
    }
  }
}
