import { ScrollingModule } from '@angular/cdk/scrolling';
import { Component, computed, inject, input, output } from '@angular/core';
import { ServerClock } from '../../core/time/server-clock';
import { formatDuration } from '../../ui/format';
import { lookOf, State } from '../../ui/state';
import type { StepFacts } from './step-facts';
import { axisMarks, axisOf, segmentsOf, type Segment } from './timeline-segments';

/** When each attempt waited, ran and paused; rows in the order of the graph, with its selection. */
@Component({
  selector: 'oqx-timeline',
  imports: [ScrollingModule, State],
  template: `
    <div class="head">
      <h2 i18n>Timeline</h2>
      <span class="grow"></span>
      <span class="meta" i18n>outline: queued</span>
      <span class="meta" i18n>solid: running</span>
      <span class="meta" i18n>thin: waiting</span>
      <span class="meta" i18n>dotted: backoff</span>
    </div>
    <div class="axis" aria-hidden="true">
      @for (mark of marks(); track mark.at) {
        <span class="meta" [style.inset-inline-start.%]="mark.at">{{ mark.text }}</span>
      }
    </div>
    <cdk-virtual-scroll-viewport
      [itemSize]="24"
      [style.height.px]="steps().length * 24"
      role="list"
      aria-label="Timeline"
      i18n-aria-label
    >
      <div
        *cdkVirtualFor="let step of steps(); trackBy: trackPath"
        class="line"
        role="listitem"
        [class.selected]="step.path === selected()"
      >
        <button type="button" class="name" [attr.aria-pressed]="step.path === selected()" (click)="chosen.emit(step.path)">
          <oqx-state [state]="step.look" text="" /><span
            class="ellipsis"
            [title]="step.path"
            [style.padding-inline-start.px]="indentOf(step)"
            >{{ step.name }}</span
          >
        </button>
        <span class="track" aria-hidden="true">
          @for (mark of marks(); track mark.at) {
            <i class="mark" [style.inset-inline-start.%]="mark.at"></i>
          }
          @for (segment of segments(step); track $index) {
            <b
              [class]="segment.kind + ' s-' + toneOf(segment.state)"
              [style.inset-inline-start.%]="segment.start * 100"
              [style.width.%]="segment.width * 100"
            ></b>
          }
        </span>
      </div>
    </cdk-virtual-scroll-viewport>
  `,
  styleUrl: './timeline.css',
})
export class Timeline {
  private readonly clock = inject(ServerClock);
  readonly steps = input.required<readonly StepFacts[]>();
  /** Epoch ms. */
  readonly startedAt = input.required<number>();
  readonly endedAt = input<number>();
  readonly selected = input<string>();
  readonly chosen = output<string>();
  private readonly now = computed(() => Math.max(this.clock.now(), this.startedAt()));
  private readonly axis = computed(() => axisOf(this.startedAt(), this.endedAt(), this.now()));
  protected readonly marks = computed(() => {
    const { from, to } = this.axis();
    return axisMarks(this.axis()).map((ms) => ({ at: (ms / (to - from)) * 100, text: ms === 0 ? '0' : formatDuration(ms) }));
  });
  /** A step inside a block inside a block: two levels. */
  protected readonly indentOf = ({ path }: StepFacts): number => Math.min(5, Math.floor(path.split('/').length / 2)) * 12;
  /** Of the rows that are on screen only. */
  protected readonly segments = (step: StepFacts): Segment[] => segmentsOf(step, this.axis(), this.endedAt() ?? this.now());
  protected readonly trackPath = (_: number, step: StepFacts): string => step.path;
  protected readonly toneOf = (state: string): string => lookOf(state).tone;
}
