import { Component, computed, input, model, output } from '@angular/core';
import type { ChaosAllowed, ChaosKind, ChaosPreview, ChaosProfile } from '@contracts/rest/chaos';
import { Switch } from '../../ui/switch';
import { faultsOf, planFaults, type ChaosForm, type FaultForm } from './chaos-plan';
import { chaosSubjects, chaosWords, profileWords } from './chaos-words';

/** Which faults are to be injected, how often and how long. */
@Component({
  selector: 'oqx-chaos-planner',
  imports: [Switch],
  templateUrl: './chaos-planner.html',
  styleUrl: './chaos-planner.css',
})
export class ChaosPlanner {
  readonly form = model.required<ChaosForm>();
  readonly known = input.required<ChaosAllowed['profiles']>();
  readonly preview = input<ChaosPreview>();
  /** Why it cannot be enabled now. */
  readonly whyNot = input<string>();
  readonly enable = output();
  protected readonly words = chaosWords;
  protected readonly profiles = profileWords;
  protected readonly profileNames = Object.keys(profileWords) as readonly ChaosProfile[];
  protected readonly subjects = chaosSubjects;
  protected readonly faults = computed(() => planFaults(this.form()));
  /** Why a fault would not be injected. */
  protected readonly noteOf = computed(
    () => new Map(this.preview()?.faults.flatMap(({ kind, note, isInjected }) => (note && !isInjected ? [[kind, note]] : []))),
  );

  protected choose(profile: ChaosProfile): void {
    this.form.update((form) => ({ ...form, profile, faults: faultsOf(this.known(), profile) }));
  }

  protected change(kind: ChaosKind, part: Partial<FaultForm>): void {
    this.form.update((form) => ({ ...form, faults: { ...form.faults, [kind]: { ...form.faults[kind], ...part } } }));
  }

  protected unitWord(kind: ChaosKind): string {
    return chaosWords[kind].unit === 'share' ? '%' : $localize`a minute`;
  }
}
