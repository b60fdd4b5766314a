import { Component, computed, inject, input, output } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import type { Worker } from '@contracts/rest/capacity';
import { CapacityApi } from '../../core/api/capacity-api';
import { LiveConnection } from '../../core/live/live-connection';
import { Duration, Time } from '../../core/time/time';
import { formatBytes, formatCount, formatDuration } from '../../ui/format';
import { State } from '../../ui/state';
import { ActDialog } from '../acts/act-dialog';
import { workerPlan } from './lane-plans';

/** Who works: each with what it can take, what it has, and whether it takes more. */
@Component({
  selector: 'oqx-worker-rows',
  imports: [Duration, State, Time],
  template: `
    <div class="scroll-x" tabindex="0" role="region" aria-label="Table of workers" i18n-aria-label>
      <table class="table padded">
        <thead>
          <tr>
            <th scope="col" i18n>Worker</th>
            <th scope="col" i18n>Status</th>
            <th scope="col" i18n>Labels</th>
            <th scope="col" i18n>Handlers</th>
            <th scope="col" i18n>Slots</th>
            @if (hasMemory()) {
              <th scope="col" class="num" i18n>Free memory</th>
            }
            <th scope="col" class="num" i18n>Finished</th>
            <th scope="col" class="num" i18n>Heartbeat</th>
            <th scope="col"><span class="visually-hidden" i18n>Actions</span></th>
          </tr>
        </thead>
        <tbody>
          @for (worker of workers(); track worker.id) {
            <tr class="two">
              <td class="id">
                <span class="mono" [title]="worker.id">{{ worker.id }}</span>
                <span class="meta">{{ worker.host }} · {{ worker.pid }} · {{ worker.version }}</span>
              </td>
              <td><oqx-state [state]="worker.status" /></td>
              <td class="chips">
                @for (label of labels(worker); track label) {
                  <span class="chip mono">{{ label }}</span>
                } @empty {
                  <span class="muted">–</span>
                }
              </td>
              <td class="chips" [title]="meanText(worker)">
                @for (handler of worker.handlers.slice(0, 3); track handler.queue + handler.task) {
                  <span class="chip mono">{{ handler.task }}</span>
                }
                @if (worker.handlers.length > 3) {
                  <span class="muted">+{{ worker.handlers.length - 3 }}</span>
                }
              </td>
              <td>
                <span class="slots">
                  <meter
                    min="0"
                    [max]="worker.concurrency"
                    [value]="used(worker)"
                    aria-label="Slots used"
                    i18n-aria-label
                  ></meter>
                  {{ used(worker) }}/{{ worker.concurrency }}
                </span>
              </td>
              @if (hasMemory()) {
                <td class="num">
                  @if (worker.memory; as memory) {
                    {{ bytes(memory.free) }}
                    <span class="meta"><ng-container i18n>of</ng-container>&ngsp;{{ bytes(memory.total) }}</span>
                  } @else {
                    –
                  }
                </td>
              }
              <td class="num">
                {{ count(worker.finished) }}
                <span class="meta"><ng-container i18n>in</ng-container>&ngsp;<oqx-duration [from]="worker.startedAt" /></span>
              </td>
              <td class="num"><oqx-time [at]="worker.lastSeenAt" form="ago" /></td>
              <td class="num">
                @if (worker.status === 'active') {
                  <button type="button" class="btn small" [disabled]="isOffline()" (click)="tell(worker, 'drain')">
                    <ng-container i18n>Drain…</ng-container><span class="visually-hidden">&ngsp;{{ worker.id }}</span>
                  </button>
                } @else if (worker.status === 'draining') {
                  <button type="button" class="btn small" [disabled]="isOffline()" (click)="tell(worker, 'resume')">
                    <ng-container i18n>Resume…</ng-container><span class="visually-hidden">&ngsp;{{ worker.id }}</span>
                  </button>
                }
              </td>
            </tr>
          }
        </tbody>
      </table>
    </div>
  `,
  styleUrl: './rows.css',
})
export class WorkerRows {
  private readonly api = inject(CapacityApi);
  private readonly dialog = inject(MatDialog);
  private readonly live = inject(LiveConnection);
  readonly workers = input.required<readonly Worker[]>();
  /** Something was told: look again. */
  readonly acted = output();
  protected readonly hasMemory = computed(() => this.workers().some(({ memory }) => memory));
  protected readonly isOffline = computed(() => this.live.state().phase === 'offline');
  protected readonly count = formatCount;
  protected readonly bytes = formatBytes;

  /** A step takes one slot, or as many as it says. */
  protected used({ concurrency, freeSlots }: Worker): number {
    return Math.max(0, concurrency - freeSlots);
  }

  protected labels({ labels }: Worker): string[] {
    return Object.entries(labels).map(([name, value]) => `${name}=${value}`);
  }

  protected meanText({ meanMs }: Worker): string {
    return Object.entries(meanMs)
      .map(([task, ms]) => `${task} ${formatDuration(ms)}`)
      .join(', ');
  }

  protected tell({ id }: Worker, act: 'drain' | 'resume'): void {
    this.dialog
      .open(ActDialog, { data: workerPlan(this.api, id, act), autoFocus: '#reason' })
      .afterClosed()
      .subscribe((isDone) => isDone && this.acted.emit());
  }
}
