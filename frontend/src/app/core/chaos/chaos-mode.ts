import { computed, inject, Injectable, signal } from '@angular/core';
import type { Chaos } from '@contracts/rest/chaos';
import { Announcer } from '../announcer';
import { toProblem, type ApiProblem } from '../api/api-problem';
import { ChaosApi } from '../api/chaos-api';
import { followTopic } from '../live/follow-topic';
import { Person } from '../person';
import { ServerClock } from '../time/server-clock';
import { noSamples, withSample } from './chaos-samples';

/** Chaos mode as it is now: known everywhere, because everybody has to see that it is on. */
@Injectable({ providedIn: 'root' })
export class ChaosMode {
  private readonly api = inject(ChaosApi);
  private readonly clock = inject(ServerClock);
  private readonly person = inject(Person);
  private readonly announcer = inject(Announcer);
  private readonly chaos$ = signal<Chaos | undefined>(undefined);
  private readonly samples$ = signal(noSamples);
  private readonly problem$ = signal<ApiProblem | undefined>(undefined);
  private readonly isStopping$ = signal(false);

  /** Undefined: not known yet, or not allowed. */
  readonly now = computed(() => {
    const chaos = this.chaos$();
    return chaos?.allowed ? chaos : undefined;
  });
  readonly isKnown = computed(() => this.chaos$() !== undefined);
  readonly isOn = computed(() => this.now()?.enabled === true);
  readonly samples = computed(() => this.samples$().list);
  readonly problem = this.problem$.asReadonly();
  readonly isStopping = this.isStopping$.asReadonly();

  constructor() {
    void this.load();
    followTopic(() => ({
      request: () => ({ subscribe: 'chaos' }),
      apply: (messages) => {
        for (const message of messages) if (message.topic === 'chaos') this.take(message.chaos);
      },
      poll: () => this.load(),
    }));
  }

  async load(): Promise<void> {
    try {
      this.take(await this.api.chaos());
    } catch (error) {
      if (this.chaos$() === undefined) this.problem$.set(toProblem(error));
    }
  }

  /** Without a question: it makes nothing worse. */
  async stop(): Promise<void> {
    if (this.isStopping()) return;
    this.isStopping$.set(true);
    try {
      this.take(await this.api.set({ enabled: false, ...this.person.signature() }));
      this.announcer.say($localize`Chaos mode is off`);
    } catch (error) {
      this.problem$.set(toProblem(error));
    }
    this.isStopping$.set(false);
  }

  /** What the server says it is. */
  take(chaos: Chaos): void {
    this.chaos$.set(chaos);
    this.problem$.set(undefined);
    if (chaos.allowed) this.samples$.update((samples) => withSample(samples, chaos, this.clock.now()));
  }
}
