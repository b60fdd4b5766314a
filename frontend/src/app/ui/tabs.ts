import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';

export interface Tab {
  readonly name: string;
  readonly word: string;
  readonly count?: string | number | undefined;
}

/** Tabs whose choice is in the address; the first one needs no word there. The panel carries `id="tab-panel"`, `aria-labelledby="tab-<name>"`. */
@Component({
  selector: 'oqx-tabs',
  imports: [RouterLink],
  template: `
    <div class="tabs" role="tablist" [attr.aria-label]="label()">
      @for (tab of tabs(); track tab.name) {
        <a
          role="tab"
          [id]="'tab-' + tab.name"
          aria-controls="tab-panel"
          [attr.aria-selected]="tab.name === current()"
          [routerLink]="[]"
          [queryParams]="queryOf(tab, $first)"
          queryParamsHandling="merge"
        >
          {{ tab.word }}
          @if (tab.count !== undefined) {
            <span class="muted count">{{ tab.count }}</span>
          }
        </a>
      }
    </div>
  `,
  styles: `
    :host {
      display: block;
      flex: none;
      min-width: 0;
    }
    :host(.inset) .tabs {
      padding: 0 16px;
    }
    .count {
      font-weight: 400;
    }
  `,
})
export class Tabs {
  readonly tabs = input.required<readonly Tab[]>();
  readonly current = input.required<string>();
  /** What the tabs choose between. */
  readonly label = input.required<string>();
  /** Its name in the address. */
  readonly param = input('tab');

  protected queryOf({ name }: Tab, isFirst: boolean): Record<string, string | null> {
    return { [this.param()]: isFirst ? null : name };
  }
}
