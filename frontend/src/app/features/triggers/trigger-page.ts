import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Title } from '@angular/platform-browser';
import { Router, RouterLink } from '@angular/router';
import type { NextTimes, Trigger } from '@contracts/rest/triggers';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { TriggersApi } from '../../core/api/triggers-api';
import { LiveConnection } from '../../core/live/live-connection';
import { pollWhileVisible } from '../../core/live/poll-while-visible';
import { Time } from '../../core/time/time';
import { Breadcrumb } from '../../ui/breadcrumb';
import { Icon } from '../../ui/icon';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { State } from '../../ui/state';
import { ActDialog } from '../acts/act-dialog';
import { ActMenu } from '../acts/act-menu';
import type { ActPlan } from '../acts/act-plan';
import { Banner } from '../instance/banner-line';
import { HookDeliveries } from './hook-deliveries';
import { triggerOffers, type TriggerAct } from './possible-trigger-acts';
import { removePlan, triggerPlan } from './trigger-plans';
import { TriggerFacts } from './trigger-facts';
import { TriggerRuns } from './trigger-runs';
import { kindWords, standsStill, troubleOf } from './trigger-words';

const pollMs = 4_000;
const shownTimes = 10;

/** One trigger: what it does, when it comes next, what came of it so far, and everything it can be told. */
@Component({
  selector: 'oqx-trigger-page',
  imports: [
    RouterLink,
    ActMenu,
    Banner,
    Breadcrumb,
    Icon,
    Problem,
    Skeleton,
    State,
    Time,
    HookDeliveries,
    TriggerFacts,
    TriggerRuns,
  ],
  templateUrl: './trigger-page.html',
  styleUrl: './trigger-page.css',
})
export class TriggerPage {
  private readonly api = inject(TriggersApi);
  private readonly dialog = inject(MatDialog);
  private readonly router = inject(Router);
  private readonly title = inject(Title);
  private readonly live = inject(LiveConnection);

  readonly name = input.required<string>();

  protected readonly trigger = signal<Trigger | undefined>(undefined);
  protected readonly next = signal<NextTimes | undefined>(undefined);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  /** Grows whenever something was done here, so that the list below looks at once. */
  protected readonly acted = signal(0);
  protected readonly words = computed(() => kindWords[this.trigger()!.kind]);
  protected readonly trail = computed(() => [
    { text: $localize`Schedules & triggers`, link: ['/triggers'] },
    { text: this.name() },
  ]);
  protected readonly banner = computed(() => {
    const trigger = this.trigger()!;
    const trouble = troubleOf(trigger);
    if (trouble !== undefined) return { state: 'failed', text: trouble };
    const text = standsStill(trigger);
    return text === undefined ? undefined : { state: trigger.status, text };
  });
  protected readonly offers = computed(() =>
    triggerOffers(this.trigger()!, this.live.state().phase === 'offline').filter(({ act }) => act !== 'edit'),
  );
  protected readonly shown = computed(() => this.offers().filter(({ act, whyNot }) => act !== 'delete' && !whyNot));
  protected readonly canEdit = computed(() => this.trigger()?.source === 'api');

  constructor() {
    effect(() => {
      const name = this.name();
      untracked(() => {
        this.title.setTitle(`${name} · OrquestraX`);
        this.trigger.set(undefined);
        this.next.set(undefined);
        void this.load();
      });
    });
    pollWhileVisible(pollMs, () => this.load());
  }

  protected async load(): Promise<void> {
    const name = this.name();
    try {
      const trigger = await this.api.trigger(name);
      if (name !== this.name()) return;
      const isMoved = trigger.nextAt !== this.trigger()?.nextAt || trigger.changedAt !== this.trigger()?.changedAt;
      this.trigger.set(trigger);
      this.problem.set(undefined);
      if (trigger.kind === 'schedule' && (isMoved || !this.next())) this.next.set(await this.api.next(name, shownTimes));
    } catch (error) {
      if (name === this.name()) this.problem.set(toProblem(error));
    }
  }

  protected begin(act: TriggerAct): void {
    const trigger = this.trigger()!;
    if (act === 'backfill') void this.backfill(trigger);
    else if (act === 'edit') void this.router.navigate(['/triggers', trigger.name, 'edit']);
    else if (act === 'delete') this.ask(removePlan(this.api, trigger), '#line', () => void this.router.navigate(['/triggers']));
    else this.ask(triggerPlan(this.api, trigger.name, act), '#reason', () => this.look());
  }

  private ask(data: ActPlan, autoFocus: string, then: () => void): void {
    this.dialog
      .open(ActDialog, { data, autoFocus })
      .afterClosed()
      .subscribe((isDone) => isDone && then());
  }

  private async backfill({ name }: Trigger): Promise<void> {
    const { BackfillDialog } = await import('./backfill-dialog');
    this.dialog
      .open(BackfillDialog, { data: { name, timezone: this.next()?.timezone ?? 'UTC' }, autoFocus: '#from' })
      .afterClosed()
      .subscribe(() => this.look());
  }

  private look(): void {
    this.acted.update((count) => count + 1);
    void this.load();
  }
}
