import { Component, inject, input, output } from '@angular/core';
import type { Task } from '@contracts/rest/capacity';
import { ServerClock } from '../../core/time/server-clock';
import { formatCount, formatDuration } from '../../ui/format';
import { State } from '../../ui/state';
import { LaneActs } from './lane-acts';
import { breakerOf, isFull, limitText, pausedText, rateText } from './lanes';

/** Tasks over all queues: who runs them, what limits them, and whether their breaker lets them through. */
@Component({
  selector: 'oqx-task-rows',
  imports: [LaneActs, State],
  template: `
    <div class="scroll-x" tabindex="0" role="region" aria-label="Table of tasks" i18n-aria-label>
      <table class="table padded">
        <thead>
          <tr>
            <th scope="col" i18n>Task</th>
            <th scope="col" i18n>Queues</th>
            <th scope="col" class="num" i18n>Workers</th>
            <th scope="col" class="num" i18n>Slots</th>
            <th scope="col" class="num" i18n>Takes</th>
            <th scope="col" i18n>Limits</th>
            <th scope="col" i18n>Breaker</th>
            <th scope="col"><span class="visually-hidden" i18n>Actions</span></th>
          </tr>
        </thead>
        <tbody>
          @for (task of tasks(); track task.task) {
            <tr class="lane">
              <td>
                <span class="row">
                  <span class="mono">{{ task.task }}</span>
                  @if (paused(task.settings ?? {}); as text) {
                    <oqx-state class="note" state="paused" [text]="text" [title]="text" />
                  }
                </span>
              </td>
              <td>{{ task.queues.join(', ') }}</td>
              <td class="num">{{ count(task.workers) }}</td>
              <td class="num">{{ count(task.slots) }}</td>
              <td class="num">{{ task.meanMs === null ? '–' : duration(task.meanMs) }}</td>
              <td class="chips">
                @if (limit(task.settings ?? {}, task.inUse); as text) {
                  <span class="chip" [class.full]="isFull(task.settings ?? {}, task.inUse)">{{ text }}</span>
                }
                @if (rate(task.settings ?? {}); as text) {
                  <span class="chip">{{ text }}</span>
                }
              </td>
              <td>
                @if (breaker(task); as breaker) {
                  <oqx-state [state]="breaker.state" [text]="breaker.text" />
                } @else {
                  <span class="muted" i18n>Off</span>
                }
              </td>
              <td>
                <oqx-lane-acts scope="task" [name]="task.task" [settings]="task.settings ?? {}" (acted)="acted.emit()" />
              </td>
            </tr>
          }
        </tbody>
      </table>
    </div>
  `,
  styleUrl: './rows.css',
})
export class TaskRows {
  private readonly clock = inject(ServerClock);
  readonly tasks = input.required<readonly Task[]>();
  /** Something was changed: look again. */
  readonly acted = output();
  protected readonly count = formatCount;
  protected readonly duration = formatDuration;
  protected readonly paused = pausedText;
  protected readonly limit = limitText;
  protected readonly rate = rateText;
  protected readonly isFull = isFull;

  protected breaker({ settings }: Task): ReturnType<typeof breakerOf> {
    return breakerOf(settings ?? {}, this.clock.now());
  }
}
