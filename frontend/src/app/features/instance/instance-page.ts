import { Component, computed, DestroyRef, effect, inject, input, signal, untracked } from '@angular/core';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import { Announcer } from '../../core/announcer';
import { payloadLink } from '../../core/api/payload-links';
import { Shortcuts } from '../../core/keyboard/shortcuts';
import { LiveConnection } from '../../core/live/live-connection';
import { followTopic } from '../../core/live/follow-topic';
import { ServerClock } from '../../core/time/server-clock';
import { Duration, Time } from '../../core/time/time';
import { Breadcrumb } from '../../ui/breadcrumb';
import { CopyButton } from '../../ui/copy-button';
import { JSON_REFERENCES } from '../../ui/json-lines';
import { formatCount, shortId } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { lookOf, State } from '../../ui/state';
import { InstanceActs, type ActedInstance } from '../acts/instance-acts';
import { askOf, awaitedNames, openAsks } from '../acts/open-waits';
import { listOf } from '../acts/possible-acts';
import { StepActs } from '../acts/step-acts';
import { AskBars } from '../asks/ask-bars';
import { StepGraph } from '../graph/step-graph';
import { countSteps } from '../outline/outline';
import { InstanceIncidents } from '../incidents/instance-incidents';
import { Banner } from './banner-line';
import { bannerOf } from './banner';
import { DataTab } from './data-tab';
import { COMPENSATION, drawnPaths, graphLooks } from './graph-looks';
import { HistoryTab } from './history-tab';
import { InstanceStore } from './instance-store';
import { LogsView } from './logs-view';
import { RelatedTab } from './related-tab';
import { countDone, isOpen } from './step-facts';
import { StepPanel } from './step-panel';
import { StepsTab } from './steps-tab';
import { Timeline } from './timeline';
import { WaitingList } from './waiting-list';

const tabNames = ['graph', 'steps', 'history', 'data', 'logs', 'related'] as const;
type TabName = (typeof tabNames)[number];
/** While something waits for what only the server knows, why is asked again this often. */
const reasonsEveryMs = 5_000;
/** Definitions of so many steps, or fewer, are drawn with the insides of their blocks. */
const openUpTo = 150;

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
    InstanceIncidents,
    StepActs,
    AskBars,
    WaitingList,
    LogsView,
    RelatedTab,
  ],
  providers: [InstanceStore, { provide: JSON_REFERENCES, useValue: payloadLink }],
  templateUrl: './instance-page.html',
  styleUrl: './instance-page.css',
})
export class InstancePage {
  private readonly router = inject(Router);
  private readonly title = inject(Title);
  private readonly clock = inject(ServerClock);
  private readonly announcer = inject(Announcer);
  private readonly live = inject(LiveConnection);
  private readonly store = inject(InstanceStore);

  readonly id = input.required<string>();
  /** From the address. */
  readonly tab = input<string>();
  readonly step = input<string>();
  readonly event = input<string>();

  protected readonly instance = this.store.instance;
  protected readonly stream = this.store.stream;
  protected readonly problem = this.store.problem;
  protected readonly view = this.store.view;
  protected readonly steps = this.store.steps;
  protected readonly status = this.store.status;
  protected readonly isEnded = this.store.isEnded;
  protected readonly heading = this.store.heading;
  protected readonly startedAt = this.store.startedAt;
  protected readonly endedAt = this.store.endedAt;
  protected readonly current = computed<TabName>(() => tabNames.find((name) => name === this.tab()) ?? 'graph');
  /** Nothing is known of it but why. */
  protected readonly isMissing = computed(() => this.problem() !== undefined && !this.instance() && this.view().seq === 0);
  /** Waiting only for the next attempt is shown as retrying, and for a person as that. */
  protected readonly shownState = computed(() => {
    if (this.status() !== 'waiting') return this.status();
    const codes = new Set(this.store.reasons().map(({ reason }) => reason));
    return codes.has('retry') ? 'retrying' : this.status();
  });
  protected readonly reading = this.store.reading;
  protected readonly count = formatCount;
  protected readonly done = computed(() => countDone(this.steps()));
  private readonly whole = computed(() =>
    bannerOf({ view: this.view(), reasons: this.store.reasons(), factsAt: this.store.factsAt, now: this.clock.now() }),
  );
  /** What a person is asked has a bar of its own, with the way to answer it. */
  protected readonly banner = computed(() => {
    const banner = this.whole();
    return banner?.state === 'asking' && this.asks().some(({ path }) => path === banner.step) ? undefined : banner;
  });
  /** Blocks that were opened or folded by hand, and the items chosen to be seen in them. */
  private readonly folded = signal<ReadonlyMap<string, boolean>>(new Map());
  private readonly items = signal<ReadonlyMap<string, number>>(new Map());
  private readonly shown = new Map<string, number>();
  private readonly isSmall = computed(() => countSteps(this.store.outline()) <= openUpTo);
  protected readonly graph = computed(() => {
    const [folded, items, isSmall, selected] = [this.folded(), this.items(), this.isSmall(), this.step()];
    return graphLooks({
      ...this.store.sources(),
      parts: this.store.parts(),
      now: this.isEnded() ? 0 : this.clock.now(),
      choice: {
        isOpen: (path) => folded.get(path) ?? (isSmall || selected?.startsWith(`${path}/`) === true),
        itemOf: (path) => items.get(path),
        selected,
        shown: this.shown,
      },
    });
  });
  protected readonly timeline = computed(() => drawnPaths(this.graph()).flatMap((path) => this.store.factsAt(path) ?? []));
  /** The step that moves: what the graph keeps in view. */
  protected readonly followed = computed(() => this.timeline().findLast((step) => isOpen(step) && !step.isBlock)?.path);
  protected readonly selected = computed(() => {
    const path = this.step();
    return path === undefined ? undefined : this.store.factsAt(path);
  });
  protected readonly chosenEvent = computed(() => (this.event() === undefined ? undefined : Number(this.event())));
  protected readonly tabs = computed(() => [
    { name: 'graph', word: $localize`Graph`, count: undefined },
    { name: 'steps', word: $localize`Steps`, count: formatCount(this.steps().length) },
    { name: 'history', word: $localize`History`, count: formatCount(this.stream().events.length) },
    { name: 'data', word: $localize`Data`, count: undefined },
    { name: 'logs', word: $localize`Logs`, count: undefined },
    { name: 'related', word: $localize`Related`, count: this.relatives() || undefined },
  ]);
  private readonly relatives = computed(() => {
    const instance = this.instance();
    const children = new Set([...this.view().steps.values()].flatMap(({ child }) => child?.id ?? []));
    for (const child of instance?.children ?? []) children.add(child.instance);
    return children.size + (instance?.parentStep ? 1 : 0) + (instance?.restartOf ? 1 : 0) + (instance?.restartedAs.length ?? 0);
  });
  protected readonly parent = computed(() => this.instance()?.parentStep ?? undefined);
  protected readonly trail = computed(() => [
    { text: $localize`Instances`, link: ['/instances'] },
    ...(this.parent()
      ? [{ text: $localize`Parent ${shortId(this.parent()!.instance)}:id:`, link: ['/instances', this.parent()!.instance] }]
      : []),
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
  protected readonly askHere = computed(() =>
    askOf(this.view().steps.get(this.step() ?? ''), this.id(), this.instance()?.definition ?? ''),
  );
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
        apply: (messages) => this.store.applyLive(messages),
        poll: () => this.store.poll(),
      };
    });
    const reasons = setInterval(() => {
      const isAsked = this.store.reasons().some(({ reason }) => askedOfServer.has(reason));
      if (isAsked && this.canAct()) void this.store.load();
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
    if (path === COMPENSATION) return;
    this.goTo({ step: path === this.step() ? null : (path ?? null) });
  }

  protected goTo(queryParams: Record<string, string | number | null>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected retry(): void {
    void this.store.load();
  }

  protected fold(path: string): void {
    const isOpenNow = this.timeline().some((step) => step.path.startsWith(`${path}/`)) || this.folded().get(path) === true;
    this.folded.update((before) => new Map(before).set(path, !isOpenNow));
  }

  protected page({ id, index }: { readonly id: string; readonly index: number }): void {
    this.items.update((before) => new Map(before).set(id, index));
  }

  private begin(id: string): void {
    this.folded.set(new Map());
    this.items.set(new Map());
    this.shown.clear();
    this.store.begin(id);
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
    const failed = [...this.view().steps.values()].filter(({ status }) => status === 'failed').map(({ path }) => path);
    if (failed.length === 0) return false;
    this.goTo({ step: failed[(failed.indexOf(this.step() ?? '') + 1) % failed.length]! });
    return true;
  }

  private back(): boolean {
    if (this.step() !== undefined) this.goTo({ step: null });
    else if (this.event() !== undefined) this.goTo({ event: null });
    else return false;
    return true;
  }
}

const askedOfServer: ReadonlySet<string> = new Set(['sent', 'queued', 'no_worker', 'paused', 'limit', 'lock']);
