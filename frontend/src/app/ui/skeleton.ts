import { Component, computed, input } from '@angular/core';

/** Rows in their real height while something loads; invisible for the first 150 ms, so that what is quick does not flash. */
@Component({
  selector: 'oqx-skeleton',
  template: `
    <span class="visually-hidden" role="status" i18n>Loading</span>
    @for (row of list(); track $index) {
      <div class="line" [style.height.px]="height()"><span [style.width.%]="row"></span></div>
    }
  `,
  styles: `
    :host {
      display: block;
      animation: appear 0s 150ms both;
    }
    .line {
      display: flex;
      align-items: center;
      border-bottom: 1px solid var(--oqx-border);
      padding: 0 16px;
    }
    .line span {
      height: 8px;
      border-radius: 4px;
      background: var(--oqx-hover);
    }
    @keyframes appear {
      from {
        visibility: hidden;
      }
      to {
        visibility: visible;
      }
    }
  `,
})
export class Skeleton {
  readonly rows = input(8);
  /** Pixels. */
  readonly height = input(36);
  protected readonly list = computed(() => Array.from({ length: this.rows() }, (_, row) => 40 + ((row * 37) % 45)));
}
