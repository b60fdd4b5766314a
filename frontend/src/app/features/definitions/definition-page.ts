import { MatDialog } from '@angular/material/dialog';
import { Component, computed, inject, input, resource, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Api } from '../../core/api/api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { CapacityApi } from '../../core/api/capacity-api';
import { LiveConnection } from '../../core/live/live-connection';
import { Time } from '../../core/time/time';
import { Breadcrumb } from '../../ui/breadcrumb';
import { CopyButton } from '../../ui/copy-button';
import { formatCount } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { Tabs } from '../../ui/tabs';
import { ActDialog } from '../acts/act-dialog';
import { StepGraph } from '../graph/step-graph';
import { Banner } from '../instance/banner-line';
import { outlineOf, stepAt } from '../outline/outline';
import { TriggerList } from '../triggers/trigger-list';
import { definitionLooks } from './definition-looks';
import { pausedText, pausePlan } from './pause-plan';
import { toYaml } from './to-yaml';

const tabNames = ['graph', 'triggers', 'versions', 'code'] as const;

/** One definition: how it looks, which versions there are, what stands in it. */
@Component({
  selector: 'oqx-definition-page',
  imports: [RouterLink, Banner, Breadcrumb, CopyButton, Problem, Skeleton, StepGraph, Tabs, Time, TriggerList],
  templateUrl: './definition-page.html',
  styleUrl: './definition-page.css',
})
export class DefinitionPage {
  private readonly api = inject(Api);
  private readonly capacity = inject(CapacityApi);
  private readonly live = inject(LiveConnection);
  private readonly router = inject(Router);
  private readonly dialog = inject(MatDialog);

  readonly name = input.required<string>();
  /** Absent: the active one, else the latest. */
  readonly version = input<string>();
  /** From the address. */
  readonly tab = input<string>();
  readonly step = input<string>();
  readonly format = input<string>();

  protected readonly detail = resource({
    params: () => this.name(),
    loader: ({ params, abortSignal }) => this.api.definition(params, abortSignal),
  });
  protected readonly wanted = computed(() => {
    if (this.version() !== undefined) return this.version();
    return this.detail.hasValue() ? (this.detail.value().activeVersion ?? this.detail.value().latestVersion) : undefined;
  });
  protected readonly document = resource({
    params: () => {
      const version = this.wanted();
      return version === undefined ? undefined : { name: this.name(), version };
    },
    loader: ({ params, abortSignal }) => this.api.definitionVersion(params.name, params.version, abortSignal),
  });
  private readonly actionProblem = signal<ApiProblem | undefined>(undefined);
  protected readonly problem = computed(() => {
    const error = this.detail.error() ?? this.document.error();
    return this.actionProblem() ?? (error ? toProblem(error) : undefined);
  });
  protected readonly shown = computed(() => (this.document.hasValue() ? this.document.value() : undefined));
  protected readonly summary = computed(() => (this.detail.hasValue() ? this.detail.value() : undefined));
  protected readonly current = computed(() => tabNames.find((tab) => tab === this.tab()) ?? 'graph');
  protected readonly isYaml = computed(() => this.format() !== 'json');
  protected readonly code = computed(() => {
    const document = this.shown()?.document;
    if (document === undefined) return '';
    return this.isYaml() ? toYaml(document) : JSON.stringify(document, null, 2);
  });
  private readonly outline = computed(() => outlineOf(this.shown()?.document ?? {}));
  private readonly folded = signal<ReadonlySet<string>>(new Set());
  protected readonly graph = computed(() => definitionLooks(this.outline(), '', this.folded()));
  protected readonly selected = computed(() => {
    const path = this.step();
    return path === undefined ? undefined : stepAt(this.outline(), path);
  });
  protected readonly trail = computed(() => [{ text: $localize`Definitions`, link: ['/definitions'] }, { text: this.name() }]);
  protected readonly tabs = computed(() => [
    { name: 'graph', word: $localize`Graph`, count: undefined },
    { name: 'triggers', word: $localize`Triggers`, count: undefined },
    { name: 'versions', word: $localize`Versions`, count: this.summary()?.all.length },
    { name: 'code', word: $localize`Code`, count: undefined },
  ]);
  protected readonly isOffline = computed(() => this.live.state().phase === 'offline');
  protected readonly banner = computed(() => {
    const summary = this.summary();
    const text = summary && pausedText(summary);
    return text === undefined ? undefined : { state: 'paused', text };
  });
  /** The bulk job that tells its open instances, of what was asked for here. */
  protected readonly job = signal<string | undefined>(undefined);
  protected readonly count = formatCount;

  protected async start(): Promise<void> {
    const shown = this.shown();
    if (!shown) return;
    const { StartDialog } = await import('../start/start-dialog');
    const { name: definition, version, inputSchema: schema } = shown;
    this.dialog.open(StartDialog, { data: { definition, version, schema }, autoFocus: '#input' });
  }

  protected pause(act: 'pause' | 'resume'): void {
    const data = pausePlan(this.capacity, this.name(), act, (job) => this.job.set(job));
    this.dialog
      .open(ActDialog, { data, autoFocus: '#reason' })
      .afterClosed()
      .subscribe((isDone) => isDone && this.detail.reload());
  }

  protected async activate(version: string): Promise<void> {
    try {
      await this.api.activate(this.name(), version);
      this.actionProblem.set(undefined);
      this.detail.reload();
    } catch (error) {
      this.actionProblem.set(toProblem(error));
    }
  }

  protected reload(): void {
    this.actionProblem.set(undefined);
    this.detail.reload();
    this.document.reload();
  }

  protected goTo(queryParams: Record<string, string | null>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge', replaceUrl: true });
  }

  protected fold(path: string): void {
    this.folded.update((before) => {
      const after = new Set(before);
      if (!after.delete(path)) after.add(path);
      return after;
    });
  }

  protected choose(id: string): void {
    this.goTo({ step: id === this.step() ? null : id });
  }
}
