import { Component, computed, inject, input, output } from '@angular/core';
import { formatCount } from '../../ui/format';
import { State } from '../../ui/state';
import { stepAt } from '../outline/outline';
import { begunKeys, partState } from '../outline/parts';
import { InstanceStore } from './instance-store';
import type { StepFacts } from './step-facts';

/** Failed parts that are named one by one. */
const maxNamed = 20;

/** How the parts of a block stand: counts and a bar for many, one line each for the others. */
@Component({
  selector: 'oqx-block-parts',
  imports: [State],
  template: `
    <h3 i18n>Inside</h3>
    @if (counts(); as counts) {
      <div class="bar" aria-hidden="true">
        <i class="done" [style.flex-grow]="counts.completed"></i>
        <i class="bad" [style.flex-grow]="counts.failed + counts.cancelled"></i>
        <i [style.flex-grow]="counts.total - counts.completed - counts.failed - counts.cancelled"></i>
      </div>
      <p class="row figures">
        <span i18n>{{ count(counts.total) }} in all</span>
        <span class="s-completed" i18n>{{ count(counts.completed) }} completed</span>
        @if (counts.failed > 0) {
          <span class="s-failed failed" i18n>{{ count(counts.failed) }} failed</span>
        }
        @if (counts.cancelled > 0) {
          <span class="muted" i18n>{{ count(counts.cancelled) }} cancelled</span>
        }
      </p>
    }
    <ul>
      @for (part of listed(); track part.key) {
        <li class="row">
          <span class="label ellipsis">{{ part.label }}</span>
          <oqx-state [state]="part.state" />
          @if (part.first) {
            <button type="button" class="link" (click)="chosen.emit(part.first)" i18n>Show</button>
          }
        </li>
      }
    </ul>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 6px;
    }
    .bar {
      display: flex;
      height: 6px;
      border-radius: 3px;
      overflow: hidden;
      background: var(--oqx-border);
    }
    .done {
      background: var(--oqx-cell-completed);
    }
    .bad {
      background: var(--oqx-state-failed);
    }
    .figures {
      flex-wrap: wrap;
      gap: 2px 12px;
    }
    .failed {
      color: var(--oqx-state-failed-text);
    }
    li.row {
      gap: 12px;
      min-height: 28px;
      border-bottom: 1px solid var(--oqx-border);
    }
    .label {
      flex: 1;
      min-width: 0;
    }
  `,
})
export class BlockParts {
  private readonly store = inject(InstanceStore);
  readonly step = input.required<StepFacts>();
  /** Path of a step inside. */
  readonly chosen = output<string>();
  private readonly planned = computed(() => stepAt(this.store.outline(), this.step().path));
  private readonly isMany = computed(() => ['forEach', 'repeat'].includes(this.step().type));
  protected readonly counts = computed(() => {
    const { counts, type } = this.step();
    return counts && counts.total > 0 && (type === 'forEach' || type === 'parallel') ? counts : undefined;
  });
  protected readonly count = formatCount;
  /** Of many parts those that failed, else the open ones: the others are in the list of steps. */
  protected readonly listed = computed(() => {
    const { path, type } = this.step();
    const { scopes } = this.store.view();
    const first = this.planned()?.bodies ?? [];
    if (!this.isMany())
      return first.map(({ key, label, steps }) => ({
        key,
        label,
        state: partState(scopes.get(`${path}/${key}`)),
        first: steps[0] && `${path}/${key}/${steps[0].id}`,
      }));
    const parts = begunKeys(this.store.parts(), path).map((key) => ({ key, state: partState(scopes.get(`${path}/${key}`)) }));
    const telling = [...parts.filter(({ state }) => state === 'failed'), ...parts.filter(({ state }) => state === 'running')];
    const step = first[0]?.steps[0];
    return telling.slice(0, maxNamed).map(({ key, state }) => ({
      key,
      label:
        type === 'repeat'
          ? $localize`round ${formatCount(Number(key) + 1)}:number:`
          : $localize`item ${formatCount(Number(key) + 1)}:number:`,
      state,
      first: step && `${path}/${key}/${step.id}`,
    }));
  });
}
