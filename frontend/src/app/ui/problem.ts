import { Component, input, output } from '@angular/core';
import { CopyButton } from './copy-button';
import { Icon } from './icon';

/** What the card needs to know of a problem; `ApiProblem` has it. */
export interface ShownProblem {
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly traceId?: string | undefined;
  readonly errors: readonly { readonly path: string; readonly message: string; readonly hint?: string | undefined }[];
  toText(): string;
}

/** A problem in words, with a way on: the rest of the page keeps working. */
@Component({
  selector: 'oqx-problem',
  imports: [Icon, CopyButton],
  template: `
    <div class="problem" role="alert">
      <oqx-icon name="warning" />
      <div class="grow">
        <p class="title">{{ problem().title }}</p>
        @if (problem().detail) {
          <p>{{ problem().detail }}</p>
        }
        @if (problem().errors.length > 0) {
          <ul>
            @for (error of problem().errors.slice(0, 20); track $index) {
              <li>
                @if (error.path) {
                  <code>{{ error.path }}</code>
                }
                {{ error.message }}
                @if (error.hint) {
                  <span class="muted">{{ error.hint }}</span>
                }
              </li>
            }
          </ul>
        }
        <p class="meta">{{ problem().code }}{{ problem().traceId ? ' · ' + problem().traceId : '' }}</p>
      </div>
      @if (canRetry()) {
        <button type="button" class="btn small" (click)="retry.emit()" i18n>Retry</button>
      }
      <oqx-copy [text]="problem().toText()" label="Copy details" i18n-label />
    </div>
  `,
  styles: `
    :host {
      display: block;
    }
    .problem {
      display: flex;
      align-items: flex-start;
      gap: 12px;
      padding: 12px 12px 12px 16px;
      border-radius: var(--oqx-radius-control);
      border-inline-start: 4px solid var(--oqx-state-failed);
      background: var(--oqx-state-failed-soft);
    }
    .problem > oqx-icon {
      margin-top: 2px;
      color: var(--oqx-state-failed-text);
    }
    .title {
      font-weight: 600;
    }
    ul {
      margin: 4px 0;
    }
    code {
      margin-inline-end: 4px;
    }
    .btn {
      background: var(--oqx-ground);
    }
  `,
})
export class Problem {
  readonly problem = input.required<ShownProblem>();
  readonly canRetry = input(true);
  readonly retry = output();
}
