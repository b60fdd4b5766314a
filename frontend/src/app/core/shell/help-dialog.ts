import { Component, computed, inject } from '@angular/core';
import { MatDialogModule } from '@angular/material/dialog';
import { ChaosMode } from '../chaos/chaos-mode';
import { pagesThereAre } from './commands';

interface Keys {
  readonly keys: string;
  readonly word: string;
}

const groups: readonly { readonly title: string; readonly keys: readonly Keys[] }[] = [
  {
    title: $localize`Everywhere`,
    keys: [
      { keys: 'Ctrl K', word: $localize`Search, or paste an id` },
      { keys: 'N', word: $localize`New test workflow` },
      { keys: 'P', word: $localize`Pause what is live` },
      { keys: 'T', word: $localize`Light or dark` },
      { keys: '?', word: $localize`This list` },
      { keys: 'Esc', word: $localize`One level back` },
    ],
  },
  {
    title: $localize`Lists`,
    keys: [
      { keys: 'J K', word: $localize`Next, previous` },
      { keys: 'X', word: $localize`Select` },
      { keys: '/', word: $localize`Filter` },
      { keys: '.', word: $localize`Show what is new` },
    ],
  },
  {
    title: $localize`Instance`,
    keys: [
      { keys: '1 – 6', word: $localize`Tabs` },
      { keys: 'E', word: $localize`Next error` },
      { keys: 'C', word: $localize`Copy its id` },
      { keys: 'Shift R', word: $localize`Retry` },
      { keys: 'Shift C', word: $localize`Cancel` },
    ],
  },
];

/** Every key the console knows. */
@Component({
  selector: 'oqx-help-dialog',
  imports: [MatDialogModule],
  template: `
    <div class="dialog">
      <h2 mat-dialog-title class="dialog-title" i18n>Keyboard</h2>
      <div class="groups">
        @for (group of groups(); track group.title) {
          <section>
            <h3>{{ group.title }}</h3>
            <dl>
              @for (key of group.keys; track key.keys) {
                <div>
                  <dt>{{ key.word }}</dt>
                  <dd>
                    <kbd>{{ key.keys }}</kbd>
                  </dd>
                </div>
              }
            </dl>
          </section>
        }
      </div>
      <p class="meta" i18n>Two letters are typed one after the other. None of them does anything while you type into a box.</p>
      <div class="dialog-actions">
        <button type="button" class="btn" mat-dialog-close i18n>Close</button>
      </div>
    </div>
  `,
  styles: `
    .groups {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
      gap: 16px 32px;
    }
    dl > div {
      display: flex;
      justify-content: space-between;
      gap: 12px;
      padding: 3px 0;
    }
  `,
})
export class HelpDialog {
  private readonly chaos = inject(ChaosMode);
  protected readonly groups = computed(() => {
    const there = pagesThereAre(this.chaos.now() !== undefined);
    const keys = there.flatMap(({ key, text }) => (key === undefined ? [] : { keys: key, word: text }));
    return [{ title: $localize`Go to`, keys: [...keys, { keys: 'G Q', word: $localize`Queues` }] }, ...groups];
  });
}
