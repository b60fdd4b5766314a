import { Component, computed, inject, input, output } from '@angular/core';
import { ServerClock } from '../../core/time/server-clock';
import { Duration, Time } from '../../core/time/time';
import { Icon } from '../../ui/icon';
import { JsonTree } from '../../ui/json-tree';
import { State } from '../../ui/state';
import { isOpen, stateText, type StepFacts } from './step-facts';

/** What is known of one step: state, attempts, error, input and output. */
@Component({
  selector: 'oqx-step-panel',
  imports: [State, Time, Duration, JsonTree, Icon],
  templateUrl: './step-panel.html',
  styleUrl: './step-panel.css',
})
export class StepPanel {
  private readonly clock = inject(ServerClock);
  readonly step = input.required<StepFacts>();
  readonly closed = output();
  protected readonly text = computed(() => stateText(this.step(), this.clock.now()));
  protected readonly isOpen = computed(() => isOpen(this.step()));
  protected readonly attempts = computed(() => [...this.step().attempts].reverse());
}
