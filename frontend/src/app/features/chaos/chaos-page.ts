import { Component, computed, effect, inject, linkedSignal, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import type { ChaosPreview } from '@contracts/rest/chaos';
import { ChaosApi } from '../../core/api/chaos-api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { ChaosMode } from '../../core/chaos/chaos-mode';
import { LiveConnection } from '../../core/live/live-connection';
import { Time } from '../../core/time/time';
import { Empty } from '../../ui/empty';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { ActDialog } from '../acts/act-dialog';
import type { ActPlan } from '../acts/act-plan';
import { firstPlan, planFaults, toPlanRequest, type ChaosForm } from './chaos-plan';
import { ChaosPlanner } from './chaos-planner';
import { enablePlan, resetPlan } from './chaos-plans';
import { ChaosRadius } from './chaos-radius';
import { ChaosRunView } from './chaos-run';

const restMs = 300;

/** Proves recovery: plans faults, shows what they would reach, injects them, and sets them against what came of it. */
@Component({
  selector: 'oqx-chaos-page',
  imports: [RouterLink, ChaosPlanner, ChaosRadius, ChaosRunView, Empty, Problem, Skeleton, Time],
  templateUrl: './chaos-page.html',
  styleUrl: './chaos-page.css',
})
export class ChaosPage {
  private readonly api = inject(ChaosApi);
  private readonly dialog = inject(MatDialog);
  private readonly live = inject(LiveConnection);
  protected readonly mode = inject(ChaosMode);
  protected readonly begun = $localize`begun`;
  protected readonly last = $localize`last run`;
  protected readonly chaos = this.mode.now;
  private readonly isPossible = computed(() => this.chaos() !== undefined);
  /** Begins once the profiles are known; what is typed stays. */
  protected readonly form = linkedSignal<boolean, ChaosForm | undefined>({
    source: this.isPossible,
    computation: (isPossible, before) => before?.value ?? (isPossible ? firstPlan(untracked(this.chaos)!.profiles) : undefined),
  });
  protected readonly preview = signal<ChaosPreview | undefined>(undefined);
  /** Why the plan cannot be carried out. */
  protected readonly refusal = signal<ApiProblem | undefined>(undefined);
  private readonly plan = computed(() => {
    const form = this.form();
    if (form === undefined || this.mode.isOn() || Object.keys(planFaults(form)).length > 0) return undefined;
    return toPlanRequest(form, untracked(this.chaos)!.profiles);
  });
  protected readonly whyNot = computed(() => {
    if (this.live.state().phase === 'offline') return $localize`The server cannot be reached.`;
    return this.plan() === undefined || this.refusal() !== undefined ? $localize`The plan has faults.` : undefined;
  });

  constructor() {
    effect((onCleanup) => {
      const plan = this.plan();
      if (plan === undefined) return;
      const rest = setTimeout(() => void this.look(plan), restMs);
      onCleanup(() => clearTimeout(rest));
    });
  }

  protected change(form: ChaosForm): void {
    this.form.set(form);
  }

  protected enable(): void {
    const plan = this.plan();
    if (plan !== undefined)
      this.ask(
        enablePlan(this.api, plan, (chaos) => this.mode.take(chaos)),
        '#line',
      );
  }

  protected reset(): void {
    this.ask(
      resetPlan(this.api, (chaos) => this.mode.take(chaos)),
      '#reason',
    );
  }

  private ask(data: ActPlan, autoFocus: string): void {
    this.dialog.open(ActDialog, { data, autoFocus });
  }

  private async look(plan: NonNullable<ReturnType<typeof this.plan>>): Promise<void> {
    const isCurrent = (): boolean => plan === this.plan();
    try {
      const preview = await this.api.preview(plan);
      if (!isCurrent()) return;
      this.preview.set(preview);
      this.refusal.set(undefined);
    } catch (error) {
      if (isCurrent()) this.refusal.set(toProblem(error));
    }
  }
}
