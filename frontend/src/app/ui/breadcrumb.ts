import { Component, input } from '@angular/core';
import { RouterLink } from '@angular/router';

export interface Crumb {
  readonly text: string;
  /** Absent: where one is. */
  readonly link?: readonly unknown[];
}

@Component({
  selector: 'oqx-breadcrumb',
  imports: [RouterLink],
  template: `
    <nav class="meta" aria-label="Breadcrumb" i18n-aria-label>
      <ol>
        @for (crumb of trail(); track $index) {
          <li>
            @if (crumb.link) {
              <a [routerLink]="crumb.link">{{ crumb.text }}</a>
            } @else {
              <span aria-current="page">{{ crumb.text }}</span>
            }
          </li>
        }
      </ol>
    </nav>
  `,
  styles: `
    ol {
      display: flex;
      flex-wrap: wrap;
    }
    li + li::before {
      content: '›';
      margin: 0 6px;
    }
    a:hover {
      color: var(--oqx-text);
      text-decoration: underline;
    }
  `,
})
export class Breadcrumb {
  readonly trail = input.required<readonly Crumb[]>();
}
