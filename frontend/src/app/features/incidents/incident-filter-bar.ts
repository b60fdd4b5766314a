import { Component, computed, input, output } from '@angular/core';
import { Icon } from '../../ui/icon';
import { filterNames, type IncidentFilters } from './incident-filters';
import { incidentKinds, wordsOf } from './incident-words';

/** Narrows the list; what is typed counts when the box is left or Enter is pressed. */
@Component({
  selector: 'oqx-incident-filter-bar',
  imports: [Icon],
  template: `
    <form class="bar" role="search" aria-label="Filters" i18n-aria-label (submit)="$event.preventDefault()">
      <label class="search">
        <oqx-icon name="search" />
        <span class="visually-hidden" i18n>Part of the reason</span>
        <input
          #reason
          class="input"
          placeholder="Part of the reason"
          i18n-placeholder
          [value]="filters().reason"
          (change)="set('reason', reason.value)"
        />
      </label>
      <select #kind class="input" aria-label="What" i18n-aria-label (change)="set('kind', kind.value)">
        <option value="" [selected]="filters().kind === ''" i18n>Whatever it is</option>
        @for (name of kinds; track name) {
          <option [value]="name" [selected]="filters().kind === name">{{ words(name).word }}</option>
        }
      </select>
      @for (box of boxes; track box.name) {
        <input
          #text
          class="input mono"
          spellcheck="false"
          autocomplete="off"
          [placeholder]="box.word"
          [attr.aria-label]="box.word"
          [value]="filters()[box.name]"
          (change)="set(box.name, text.value)"
        />
      }
      @if (isNarrowed()) {
        <button type="button" class="btn quiet" (click)="cleared.emit()" i18n>Clear</button>
      }
    </form>
  `,
  styles: `
    .bar {
      display: grid;
      grid-template-columns: minmax(180px, 2fr) minmax(150px, 1fr) repeat(4, minmax(110px, 1fr)) auto;
      gap: 8px;
    }
    .search {
      position: relative;
    }
    .search oqx-icon {
      position: absolute;
      inset: 8px auto auto 8px;
      color: var(--oqx-muted);
    }
    .search .input {
      padding-inline-start: 32px;
    }
    @media (max-width: 1100px) {
      .bar {
        grid-template-columns: repeat(auto-fill, minmax(140px, 1fr));
      }
    }
  `,
})
export class IncidentFilterBar {
  readonly filters = input.required<IncidentFilters>();
  readonly changed = output<Partial<IncidentFilters>>();
  readonly cleared = output();
  protected readonly kinds = incidentKinds;
  protected readonly words = wordsOf;
  protected readonly boxes = [
    { name: 'code', word: $localize`Code` },
    { name: 'definition', word: $localize`Definition` },
    { name: 'path', word: $localize`Step` },
    { name: 'instance', word: $localize`Instance id` },
  ] as const;
  protected readonly isNarrowed = computed(() => filterNames.some((name) => this.filters()[name] !== ''));

  protected set(name: keyof IncidentFilters, value: string): void {
    this.changed.emit({ [name]: value.trim() });
  }
}
