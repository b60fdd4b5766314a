import { Component, computed, DestroyRef, type ElementRef, inject, input, output, viewChild } from '@angular/core';
import { Shortcuts } from '../../core/keyboard/shortcuts';
import { Icon } from '../../ui/icon';
import { lookOf } from '../../ui/state';
import { noFilters, readSearch, spans, type Filters } from './filters';

interface Chip {
  readonly text: string;
  readonly without: Partial<Filters>;
}

/** The text box, the spans of time, and a chip for every filter that is on. */
@Component({
  selector: 'oqx-filter-bar',
  imports: [Icon],
  template: `
    <div class="line">
      <form class="search" role="search" (submit)="search($event, box.value)">
        <oqx-icon name="search" />
        <input
          #box
          class="mono"
          type="search"
          spellcheck="false"
          aria-label="Business key, or the beginning of an id"
          i18n-aria-label
          placeholder="Business key, or the beginning of an id"
          i18n-placeholder
          [value]="filters().key || filters().id"
          (search)="search($event, box.value)"
        />
        <kbd aria-hidden="true">/</kbd>
      </form>
      <div class="segments" role="group" aria-label="Started" i18n-aria-label>
        @for (span of spanNames; track span) {
          <button
            type="button"
            [attr.aria-pressed]="filters().since === span"
            (click)="narrowed.emit({ since: span, from: '', to: '' })"
          >
            {{ span === '' ? any : span }}
          </button>
        }
      </div>
    </div>
    @if (chips().length > 0) {
      <ul class="chips" aria-label="Filters" i18n-aria-label>
        @for (chip of chips(); track chip.text) {
          <li>
            <button
              type="button"
              class="chip"
              [attr.aria-label]="chip.text + ', ' + remove"
              (click)="narrowed.emit(chip.without)"
            >
              {{ chip.text }}<span class="muted" aria-hidden="true">×</span>
            </button>
          </li>
        }
        <li><button type="button" class="link" (click)="cleared.emit()" i18n>Clear filters</button></li>
      </ul>
    }
  `,
  styleUrl: './filter-bar.css',
})
export class FilterBar {
  readonly filters = input.required<Filters>();
  readonly narrowed = output<Partial<Filters>>();
  readonly cleared = output();
  private readonly box = viewChild.required<ElementRef<HTMLInputElement>>('box');
  protected readonly any = $localize`All time`;
  protected readonly remove = $localize`remove this filter`;
  protected readonly spanNames = [...Object.keys(spans), ''];
  protected readonly chips = computed(() => chipsOf(this.filters()));

  constructor() {
    inject(DestroyRef).onDestroy(inject(Shortcuts).register({ '/': () => this.box().nativeElement.focus() }));
  }

  protected search(event: Event, text: string): void {
    event.preventDefault();
    this.narrowed.emit(readSearch(text));
  }
}

function chipsOf(filters: Filters): Chip[] {
  const chips: Chip[] = [];
  const { status, definition, key, id, since, from, to } = filters;
  const words = status.map((name) => lookOf(name).word.toLowerCase()).join(', ');
  if (status.length > 0) chips.push({ text: $localize`Status: ${words}:words:`, without: { status: noFilters.status } });
  if (definition.length > 0) {
    chips.push({ text: $localize`Definition: ${definition.join(', ')}:names:`, without: { definition: noFilters.definition } });
  }
  if (key !== '') chips.push({ text: $localize`Key: ${key}:key:`, without: { key: '' } });
  if (id !== '') chips.push({ text: $localize`Id begins with ${id}:id:`, without: { id: '' } });
  if (since !== '') chips.push({ text: $localize`Started: last ${since}:span:`, without: { since: '' } });
  if (from !== '' || to !== '') {
    const words = [from && `≥ ${from.slice(0, 16)}Z`, to && `< ${to.slice(0, 16)}Z`].filter(Boolean).join(' ');
    chips.push({ text: $localize`Created: ${words}:range:`, without: { from: '', to: '' } });
  }
  return chips;
}
