import { Component, computed, inject, input, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import { ServerClock } from '../../core/time/server-clock';
import { Duration, Time } from '../../core/time/time';
import { CopyButton } from '../../ui/copy-button';
import { formatCount } from '../../ui/format';
import { Icon, iconPaths, type IconName } from '../../ui/icon';
import { JsonTree } from '../../ui/json-tree';
import { State } from '../../ui/state';
import { BlockParts } from './block-parts';
import { InstanceStore } from './instance-store';
import { LogsView } from './logs-view';
import { untilText } from './reasons';
import { isOpen, type StepFacts } from './step-facts';
import { becauseText, stateText } from './step-words';
import { WaitDetails } from './wait-details';

/** What is known of one step: where it stands, why it is open, what is inside it, attempts, error, input, output and log. */
@Component({
  selector: 'oqx-step-panel',
  imports: [RouterLink, State, Time, Duration, JsonTree, Icon, CopyButton, WaitDetails, BlockParts, LogsView],
  templateUrl: './step-panel.html',
  styleUrl: './step-panel.css',
})
export class StepPanel {
  private readonly clock = inject(ServerClock);
  private readonly store = inject(InstanceStore);
  readonly step = input.required<StepFacts>();
  readonly closed = output();
  /** Another step, by its path. */
  readonly chosen = output<string>();
  protected readonly instance = computed(() => this.store.instance()?.id);
  protected readonly icon = computed(() => (this.step().type in iconPaths ? (this.step().type as IconName) : undefined));
  protected readonly text = computed(() => stateText(this.step(), this.clock.now()));
  protected readonly until = computed(() => {
    const { reason } = this.step();
    return reason && untilText(reason, this.clock.now());
  });
  protected readonly isOpen = computed(() => isOpen(this.step()));
  protected readonly isOver = computed(() => this.store.isEnded() || !this.isOpen());
  protected readonly because = computed(() => becauseText(this.step()));
  protected readonly attempts = computed(() => [...this.step().attempts].reverse());
  /** Handlers and scripts write; waits do not. */
  protected readonly mayLog = computed(() => this.step().attempt > 0 || this.step().isBlock);
  /** The steps around it, from the outside in. */
  protected readonly around = computed(() => {
    const segments = this.step().path.split('/');
    return segments
      .slice(0, -1)
      .flatMap((name, at) =>
        at % 2 === 0 ? [{ path: segments.slice(0, at + 1).join('/'), name, part: partName(segments[at + 1]) }] : [],
      );
  });
}

/** Items and rounds are counted from 1 for people. */
const partName = (key = ''): string =>
  /^\d+$/.test(key) ? formatCount(Number(key) + 1) : key === 'body' || key === '~undo' ? '' : key;
