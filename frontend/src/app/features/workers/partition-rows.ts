import { Component, computed, input } from '@angular/core';
import type { Partition } from '@contracts/rest/capacity';
import { Time } from '../../core/time/time';
import { formatCount } from '../../ui/format';
import { State } from '../../ui/state';

/** Who decides about which part of the instances. */
@Component({
  selector: 'oqx-partition-rows',
  imports: [State, Time],
  template: `
    <p class="shares muted">
      @for (share of shares(); track share.owner) {
        <span
          ><b>{{ share.owner }}</b> {{ share.count }}</span
        >
      }
    </p>
    <div class="scroll-x" tabindex="0" role="region" aria-label="Table of partitions" i18n-aria-label>
      <table class="table padded">
        <thead>
          <tr>
            <th scope="col" class="num" i18n>Partition</th>
            <th scope="col" i18n>Owner</th>
            <th scope="col" i18n>Host</th>
            <th scope="col" i18n>Version</th>
            <th scope="col" class="num" i18n>Epoch</th>
            <th scope="col" class="num" i18n>In flight</th>
            <th scope="col" class="num" i18n>Backlog</th>
            <th scope="col" class="num" i18n>Owned since</th>
            <th scope="col" class="num" i18n>Last seen</th>
          </tr>
        </thead>
        <tbody>
          @for (row of partitions(); track row.partition) {
            <tr>
              <td class="num">{{ row.partition }}</td>
              <td class="mono">
                @if (row.owner) {
                  {{ row.owner }}
                } @else {
                  <oqx-state state="failed" text="Nobody" i18n-text />
                }
              </td>
              <td>{{ row.host ?? '–' }}</td>
              <td class="mono">{{ row.version ?? '–' }}</td>
              <td class="num">{{ count(row.epoch) }}</td>
              <td class="num">{{ count(row.inFlight) }}</td>
              <td class="num">{{ count(row.backlog) }}</td>
              <td class="num">
                @if (row.ownedSince) {
                  <oqx-time [at]="row.ownedSince" form="ago" />
                } @else {
                  –
                }
              </td>
              <td class="num">
                @if (row.renewedAt) {
                  <oqx-time [at]="row.renewedAt" form="ago" />
                } @else {
                  –
                }
              </td>
            </tr>
          }
        </tbody>
      </table>
    </div>
  `,
  styleUrl: './rows.css',
  styles: `
    .shares {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 20px;
      padding: 12px 24px;
    }
    b {
      font-weight: 500;
      color: var(--oqx-text);
    }
  `,
})
export class PartitionRows {
  readonly partitions = input.required<readonly Partition[]>();
  /** How many each owner has: fair shares differ by one. */
  protected readonly shares = computed(() => {
    const counts = new Map<string, number>();
    for (const { owner } of this.partitions()) if (owner !== null) counts.set(owner, (counts.get(owner) ?? 0) + 1);
    return [...counts].map(([owner, count]) => ({ owner, count })).sort((a, b) => a.owner.localeCompare(b.owner));
  });
  protected readonly count = formatCount;
}
