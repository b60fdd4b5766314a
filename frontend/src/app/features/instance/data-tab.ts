import { Component, computed, input } from '@angular/core';
import type { InstanceView } from '@engine/view/instance-view';
import { JsonTree } from '../../ui/json-tree';

/** What went in, what came out, and what the steps returned on the way. */
@Component({
  selector: 'oqx-data-tab',
  imports: [JsonTree],
  template: `
    <section>
      <h2 i18n>Input</h2>
      <oqx-json [value]="view().input ?? null" label="Input" i18n-label />
    </section>
    <section>
      <h2 i18n>Output</h2>
      @if (view().output !== undefined) {
        <oqx-json [value]="view().output" label="Output" i18n-label />
      } @else {
        <p class="muted" i18n>None: an instance has an output once it has completed.</p>
      }
    </section>
    @if (view().error; as error) {
      <section>
        <h2 i18n>Error</h2>
        <oqx-json [value]="error" label="Error" i18n-label />
      </section>
    }
    <section class="across">
      <h2 i18n>Outputs of the steps</h2>
      <oqx-json [value]="outputs()" label="Outputs of the steps" i18n-label />
    </section>
    @if (view().tags; as tags) {
      <section>
        <h2 i18n>Tags</h2>
        <oqx-json [value]="tags" label="Tags" i18n-label />
      </section>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: repeat(auto-fit, minmax(min(360px, 100%), 1fr));
      gap: 16px;
      align-items: start;
      padding: 16px 24px;
    }
    section {
      display: flex;
      flex-direction: column;
      gap: 8px;
      min-width: 0;
    }
    .across {
      grid-column: 1 / -1;
    }
  `,
})
export class DataTab {
  readonly view = input.required<InstanceView>();
  protected readonly outputs = computed(() =>
    Object.fromEntries(
      [...this.view().steps.values()].flatMap(({ path, output }) => (output === undefined ? [] : [[path, output]])),
    ),
  );
}
