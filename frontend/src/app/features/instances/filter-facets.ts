import { Component, computed, input, output } from '@angular/core';
import type { DefinitionSummary } from '@contracts/rest/definitions';
import { formatCount } from '../../ui/format';
import { State } from '../../ui/state';
import { toggled, type Filters } from './filters';

/** In the order of interest; the list takes any of those ticked. */
const offered = ['running', 'waiting', 'pending', 'paused', 'failed', 'timed_out', 'completed', 'cancelled'] as const;

/** Ticks beside the list: status (with live counts of what is open) and definition. */
@Component({
  selector: 'oqx-filter-facets',
  imports: [State],
  template: `
    <fieldset>
      <legend i18n>Status</legend>
      @for (status of statuses; track status) {
        <label>
          <input type="checkbox" [checked]="filters().status.includes(status)" (change)="toggleStatus(status)" />
          <oqx-state [state]="status" [isLabel]="true" />
          @if (byStatus()[status]; as open) {
            <span class="count">{{ count(open) }}</span>
          }
        </label>
      }
    </fieldset>
    @if (shown().length > 0) {
      <fieldset>
        <legend i18n>Definition</legend>
        @for (name of shown(); track name.name) {
          <label>
            <input type="checkbox" [checked]="filters().definition.includes(name.name)" (change)="toggleDefinition(name.name)" />
            <span class="ellipsis" [title]="name.name">{{ name.name }}</span>
            @if (name.running > 0) {
              <span class="count">{{ count(name.running) }}</span>
            }
          </label>
        }
      </fieldset>
    }
  `,
  styleUrl: './filter-facets.css',
})
export class FilterFacets {
  readonly filters = input.required<Filters>();
  readonly definitions = input.required<readonly DefinitionSummary[]>();
  readonly byStatus = input.required<Readonly<Record<string, number>>>();
  readonly narrowed = output<Partial<Filters>>();
  protected readonly statuses = offered;
  protected readonly count = formatCount;
  /** The busiest, and those that are ticked. */
  protected readonly shown = computed(() => {
    const ticked = this.filters().definition;
    const byUse = [...this.definitions()].sort((a, b) => b.running - a.running || a.name.localeCompare(b.name));
    return byUse.filter(({ name }, index) => index < 10 || ticked.includes(name));
  });

  protected toggleStatus(status: string): void {
    this.narrowed.emit({ status: toggled(this.filters().status, status) });
  }

  protected toggleDefinition(name: string): void {
    this.narrowed.emit({ definition: toggled(this.filters().definition, name) });
  }
}
