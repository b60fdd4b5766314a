import { Component, computed, input, output } from '@angular/core';
import type { Queue, QueueSettings } from '@contracts/rest/capacity';
import { Duration } from '../../core/time/time';
import { formatCount } from '../../ui/format';
import { State } from '../../ui/state';
import { isUnserved, waitingSteps } from './fold-workers';
import { LaneActs } from './lane-acts';
import { isFull, pausedText, queueLanes, settingsText } from './lanes';

/** Queues with their tasks: what waits, what limits it, and who serves it. */
@Component({
  selector: 'oqx-queue-rows',
  imports: [Duration, LaneActs, State],
  template: `
    <div class="scroll-x" tabindex="0" role="region" aria-label="Table of queues" i18n-aria-label>
      <table class="table padded">
        <thead>
          <tr>
            <th scope="col" i18n>Queue and task</th>
            <th scope="col" class="num" i18n>Waiting</th>
            <th scope="col" class="num" i18n>In the broker</th>
            <th scope="col" class="num" i18n>Running</th>
            <th scope="col" class="num" i18n>Oldest</th>
            <th scope="col" class="num" i18n>Workers</th>
            <th scope="col" class="num" i18n>Slots</th>
          </tr>
        </thead>
        @for (lane of lanes(); track lane.name) {
          <tbody>
            <tr class="lane">
              <td colspan="4">
                <span class="row">
                  <b>{{ lane.name }}</b>
                  @if (paused(lane.settings); as text) {
                    <oqx-state class="note" state="paused" [text]="text" [title]="text" />
                  }
                  @for (text of settings(lane.settings, lane.inUse); track $index) {
                    <span class="chip" [class.full]="$first && isFull(lane.settings, lane.inUse)">{{ text }}</span>
                  }
                </span>
              </td>
              <td colspan="3">
                <oqx-lane-acts scope="queue" [name]="lane.name" [settings]="lane.settings" (acted)="acted.emit()" />
              </td>
            </tr>
            @for (row of lane.tasks; track row.task) {
              <tr class="sub" [class.unserved]="isUnserved(row)">
                <td class="mono">{{ row.task }}</td>
                <td class="num">{{ count(waiting(row)) }}</td>
                <td class="num">{{ row.ready === null ? '–' : count(row.ready) }}</td>
                <td class="num">{{ count(row.running) }}</td>
                <td class="num"><oqx-duration [from]="row.oldestAt" /></td>
                <td class="num">
                  @if (isUnserved(row)) {
                    <oqx-state state="failed" text="No worker" i18n-text />
                  } @else {
                    {{ row.workers }}
                  }
                </td>
                <td class="num">{{ count(row.slots) }}</td>
              </tr>
            }
          </tbody>
        }
      </table>
    </div>
  `,
  styleUrl: './rows.css',
})
export class QueueRows {
  readonly queues = input.required<readonly Queue[]>();
  /** Of every queue for which something is set, also where nothing waits. */
  readonly set = input<readonly QueueSettings[]>([]);
  /** Something was changed: look again. */
  readonly acted = output();
  protected readonly lanes = computed(() => queueLanes(this.queues(), this.set()));
  protected readonly count = formatCount;
  protected readonly waiting = waitingSteps;
  protected readonly isUnserved = isUnserved;
  protected readonly isFull = isFull;
  protected readonly paused = pausedText;
  protected readonly settings = settingsText;
}
