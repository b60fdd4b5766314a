import { Component, computed, DestroyRef, effect, inject, input, signal, untracked } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import type { TopicMessage } from '@contracts/live/protocol';
import type { Instance } from '@contracts/rest/instances';
import { isEnded } from '@engine/model/lifecycle';
import { Announcer } from '../../core/announcer';
import { Api } from '../../core/api/api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { Shortcuts } from '../../core/keyboard/shortcuts';
import { LiveConnection } from '../../core/live/live-connection';
import { followTopic } from '../../core/live/follow-topic';
import { ServerClock } from '../../core/time/server-clock';
import { Duration, Time } from '../../core/time/time';
import { Breadcrumb } from '../../ui/breadcrumb';
import { CopyButton } from '../../ui/copy-button';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { lookOf, State } from '../../ui/state';
import { InstanceActs, type ActedInstance } from '../acts/instance-acts';
import { listOf } from '../acts/possible-acts';
import { StepActs } from '../acts/step-acts';
import { StepGraph, type GraphStepLook } from '../graph/step-graph';
import { Banner } from './banner-line';
import { bannerOf } from './banner';
import { awaitedNames, openAsks } from '../acts/open-waits';
import { AskBars } from '../asks/ask-bars';
import { DataTab } from './data-tab';
import { emptyStream, foldStream } from './fold-instance';
import { HistoryTab } from './history-tab';
import { countDone, figureText, isOpen, stateText, stepFacts, type StepFacts } from './step-facts';
import { StepPanel } from './step-panel';
import { StepsTab } from './steps-tab';
import { Timeline } from './timeline';

const tabNames = ['graph', 'steps', 'history', 'data'] as const;
type TabName = (typeof tabNames)[number];
/** While something waits, why is asked again this often. */
const reasonsEveryMs = 5_000;

/** One instance: what it is doing, what it did, and why; every selection is in the address. */
@Component({
  selector: 'oqx-instance-page',
  imports: [
    RouterLink,
    Breadcrumb,
    State,
    Time,
    Duration,
    CopyButton,
    Problem,
    Skeleton,
    StepGraph,
    StepPanel,
    StepsTab,
    HistoryTab,
    DataTab,
    Timeline,
    Banner,
    InstanceActs,
    StepActs,
    AskBars,
  ],
  templateUrl: './instance-page.html',
  styleUrl: './instance-page.css',
})
export class InstancePage {
  private readonly api = inject(Api);
  private readonly router = inject(Router);
  private readonly title = inject(Title);
  private readonly clock = inject(ServerClock);
  private readonly announcer = inject(Announcer);
  private readonly live = inject(LiveConnection);

  readonly id = input.required<string>();
  /** From the address. */
  readonly tab = input<string>();
  readonly step = input<string>();
  readonly event = input<string>();

  protected readonly instance = signal<Instance | undefined>(undefined);
  protected readonly stream = signal(emptyStream);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly current = computed<TabName>(() => tabNames.find((name) => name === this.tab()) ?? 'graph');
  protected readonly view = computed(() => this.stream().view);
  /** Nothing is known of it but why. */
  protected readonly isMissing = computed(() => this.problem() !== undefined && !this.instance() && this.view().seq === 0);
  protected readonly steps = computed(() => stepFacts(this.instance()?.steps ?? [], this.view(), this.stream().running));
  protected readonly status = computed(() =>
    this.view().seq === 0 ? (this.instance()?.status ?? 'pending') : this.view().status,
  );
  protected readonly isEnded = computed(() => isEnded(this.status()));
  /** Waiting only for the next attempt is shown as retrying. */
  protected readonly shownState = computed(() =>
    this.status() === 'waiting' && this.steps().some(({ state }) => state === 'retrying') ? 'retrying' : this.status(),
  );
  protected readonly heading = computed(() => {
    const { summary, key, definition } = { summary: this.stream().head?.summary, ...pick(this.instance()) };
    return summary ?? key ?? definition ?? this.id();
  });
  protected readonly startedAt = computed(() => this.view().startedAt ?? timeOf(this.instance()?.startedAt));
  protected readonly endedAt = computed(() => this.view().endedAt ?? timeOf(this.instance()?.endedAt));
  protected readonly done = computed(() => countDone(this.steps()));
  protected readonly banner = computed(() => bannerOf(this.view(), this.steps(), this.clock.now()));
  protected readonly graph = computed<GraphStepLook[]>(() => {
    const now = this.steps().some(isOpen) ? this.clock.now() : 0;
    return this.steps().map((step) => graphLook(step, now));
  });
  /** The step that moves: what the graph keeps in view. */
  protected readonly followed = computed(() => this.steps().findLast(isOpen)?.path);
  protected readonly selected = computed(() => this.steps().find(({ path }) => path === this.step()));
  protected readonly chosenEvent = computed(() => (this.event() === undefined ? undefined : Number(this.event())));
  protected readonly tabs = computed(() => [
    { name: 'graph', word: $localize`Graph`, count: undefined },
    { name: 'steps', word: $localize`Steps`, count: this.steps().length },
    { name: 'history', word: $localize`History`, count: this.stream().events.length },
    { name: 'data', word: $localize`Data`, count: undefined },
  ]);
  protected readonly trail = computed(() => [
    { text: $localize`Instances`, link: ['/instances'] },
    ...(this.instance() ? [{ text: this.versionName(), link: this.versionLink() }] : []),
    { text: this.heading() },
  ]);
  protected readonly versionName = computed(() => `${this.instance()?.definition}@${this.instance()?.version}`);
  protected readonly versionLink = computed(() => [
    '/definitions',
    this.instance()?.definition ?? '',
    this.instance()?.version ?? '',
  ]);
  /** What the acts need to know of it. */
  protected readonly acted = computed<ActedInstance>(() => {
    const { definition = '', version = '', steps = [] } = this.instance() ?? {};
    const input = this.view().input ?? this.instance()?.input;
    return {
      id: this.id(),
      status: this.status(),
      definition,
      version,
      input,
      stepIds: steps.map(({ path }) => path),
      awaited: awaitedNames(this.view()),
    };
  });
  protected readonly asks = computed(() => openAsks(this.view(), this.id(), this.instance()?.definition ?? ''));
  protected readonly hasBegun = computed(() => this.view().scopes.has(listOf(this.step() ?? '')));
  protected readonly canAct = computed(() => this.live.state().phase !== 'offline');

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => this.begin(id));
    });
    effect(() => this.title.setTitle(`${lookOf(this.shownState()).word}: ${this.heading()} · OrquestraX`));
    this.announceEnd();
    followTopic(() => {
      const id = this.id();
      return {
        request: () => ({ subscribe: 'instance', id, since: this.view().seq }),
        apply: (messages) => this.applyLive(messages),
        poll: () => this.poll(id),
      };
    });
    const reasons = setInterval(() => {
      const isStuck = !this.isEnded() && this.steps().some(({ state }) => state === 'scheduled' || state === 'queued');
      if (isStuck && this.canAct()) void this.load(this.id());
    }, reasonsEveryMs);
    const take = inject(Shortcuts).register({
      ...Object.fromEntries(tabNames.map((name, index) => [String(index + 1), () => this.goTo({ tab: name })])),
      c: () => void navigator.clipboard.writeText(this.id()),
      e: () => this.nextError(),
      Escape: () => this.back(),
    });
    inject(DestroyRef).onDestroy(() => {
      clearInterval(reasons);
      take();
    });
  }

  protected choose(path: string | undefined): void {
    this.goTo({ step: path === this.step() ? null : (path ?? null) });
  }

  protected goTo(queryParams: Record<string, string | number | null>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected retry(): void {
    void this.load(this.id());
  }

  private begin(id: string): void {
    this.stream.set(emptyStream);
    this.instance.set(undefined);
    this.problem.set(undefined);
    void this.load(id);
  }

  private async load(id: string): Promise<void> {
    try {
      const instance = await this.api.instance(id);
      if (id !== this.id()) return;
      this.instance.set(instance);
      this.problem.set(undefined);
    } catch (error) {
      if (id === this.id()) this.problem.set(toProblem(error));
    }
  }

  private applyLive(messages: readonly TopicMessage[]): void {
    const before = this.view().seq;
    for (const message of messages) {
      if (message.topic === 'instance' && message.id === this.id()) this.stream.update((stream) => foldStream(stream, message));
    }
    if (before === 0 && this.view().seq > 0 && (this.instance()?.steps.length ?? 0) === 0) void this.load(this.id());
  }

  private async poll(id: string): Promise<void> {
    const history = await this.api.history(id, this.view().seq);
    if (id !== this.id()) return;
    this.stream.update((stream) => foldStream(stream, { events: history.items }));
    if (history.next !== null) await this.poll(id);
  }

  /** The end is told once to those who do not see it; not when the page opens on something long over. */
  private announceEnd(): void {
    let wasRunning = false;
    effect(() => {
      const [isOver, word] = [this.isEnded(), lookOf(this.shownState()).word];
      if (isOver && wasRunning) this.announcer.say($localize`Instance ${this.heading()}:name: ${word}:state:`);
      wasRunning = !isOver && this.view().seq > 0;
    });
  }

  private nextError(): boolean {
    const failed = this.steps().filter(({ error }) => error !== undefined);
    if (failed.length === 0) return false;
    const at = failed.findIndex(({ path }) => path === this.step());
    this.goTo({ step: failed[(at + 1) % failed.length]!.path });
    return true;
  }

  private back(): boolean {
    if (this.step() !== undefined) this.goTo({ step: null });
    else if (this.event() !== undefined) this.goTo({ event: null });
    else return false;
    return true;
  }
}

const pick = (instance: Instance | undefined) => ({
  ...(typeof instance?.summary === 'string' && { summary: instance.summary }),
  key: instance?.key,
  definition: instance?.definition,
});
const timeOf = (iso: string | null | undefined): number | undefined => (iso ? Date.parse(iso) : undefined);

function graphLook(step: StepFacts, now: number): GraphStepLook {
  return {
    id: step.path,
    needs: step.needs,
    state: step.state,
    text: stateText(step, now),
    figure: figureText(step, now),
    isActive: isOpen(step) || step.state === 'failed' || step.state === 'timed_out',
    isFaded: step.state === 'skipped' || step.state === 'blocked',
    hasStarted: step.state !== 'notReached' && step.state !== 'blocked',
  };
}
