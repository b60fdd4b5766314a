import { Component, computed, inject, input, output, signal } from '@angular/core';
import { ServerClock } from '../../core/time/server-clock';
import { Duration, Time } from '../../core/time/time';
import { State } from '../../ui/state';
import { stateText, type StepFacts } from './step-facts';

/** The graph as a list: all steps in definition order, reached or not. */
@Component({
  selector: 'oqx-steps-tab',
  imports: [State, Time, Duration],
  template: `
    <div class="scroll-x" tabindex="0" role="region" aria-label="Steps" i18n-aria-label>
      <table class="table padded">
        <thead>
          <tr>
            <th scope="col" i18n>Step</th>
            <th scope="col" i18n>State</th>
            <th scope="col" i18n>Task</th>
            <th scope="col" class="num" i18n>Try</th>
            <th scope="col" i18n>Needs</th>
            <th scope="col" i18n>Worker</th>
            <th scope="col" class="num" i18n>Started</th>
            <th scope="col" class="num" i18n>Took</th>
          </tr>
        </thead>
        <tbody>
          @for (row of rows(); track row.step.path) {
            <tr [class.selected]="row.step.path === selected()">
              <td>
                <button type="button" class="link" (click)="chosen.emit(row.step.path)">{{ row.step.path }}</button>
              </td>
              <td><oqx-state [state]="row.step.state" [text]="row.text" /></td>
              <td class="mono">{{ row.step.task ?? row.step.type }}</td>
              <td class="num">{{ row.step.attempt === 0 ? '' : row.step.attempt + '/' + row.step.maxAttempts }}</td>
              <td class="mono muted ellipsis needs" [title]="row.step.needs.join(', ')">{{ row.step.needs.join(', ') }}</td>
              <td class="mono ellipsis needs">{{ row.step.worker }}</td>
              <td class="num"><oqx-time [at]="row.step.startedAt ?? row.step.scheduledAt" form="ms" /></td>
              <td class="num"><oqx-duration [from]="row.step.startedAt" [to]="row.step.endedAt" /></td>
            </tr>
          }
        </tbody>
      </table>
      @if (steps().length > rows().length) {
        <button type="button" class="btn more" (click)="limit.set(steps().length)" i18n>
          Show all {{ steps().length }} steps
        </button>
      }
    </div>
  `,
  styles: `
    .needs {
      max-width: 180px;
    }
    .more {
      margin: 12px 16px;
    }
    tr.selected td {
      background: var(--oqx-selected);
    }
  `,
})
export class StepsTab {
  private readonly clock = inject(ServerClock);
  readonly steps = input.required<readonly StepFacts[]>();
  readonly selected = input<string>();
  readonly chosen = output<string>();
  /** A table of thousands of rows is shown when asked for. */
  protected readonly limit = signal(300);
  protected readonly rows = computed(() =>
    this.steps()
      .slice(0, this.limit())
      .map((step) => ({ step, text: stateText(step, this.clock.now()) })),
  );
}
