import { Component, computed, input, model } from '@angular/core';
import type { ChaosPreview } from '@contracts/rest/chaos';
import type { ApiProblem } from '../../core/api/api-problem';
import { formatCount, formatDuration } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { TextField } from '../../ui/text-field';
import { durations, planFaults, type ChaosForm } from './chaos-plan';

/** Where and how long faults are injected, and what that would reach. */
@Component({
  selector: 'oqx-chaos-radius',
  imports: [Problem, TextField],
  template: `
    <section class="card" aria-labelledby="where-title">
      <header><h2 id="where-title" i18n>Where and how long</h2></header>
      <div class="stack">
        <fieldset>
          <legend i18n>Stops by itself after</legend>
          <div class="segments">
            @for (ms of durations; track ms) {
              <button type="button" [attr.aria-pressed]="form().durationMs === ms" (click)="change({ durationMs: ms })">
                {{ span(ms) }}
              </button>
            }
          </div>
        </fieldset>
        <div class="pair">
          <oqx-text-field
            boxId="definitions"
            label="Definitions"
            i18n-label
            [isOptional]="true"
            [isMono]="true"
            hint="Only their steps, by comma."
            i18n-hint
            [text]="form().definitions"
            (textChange)="change({ definitions: $event })"
          />
          <oqx-text-field
            boxId="queues"
            label="Queues"
            i18n-label
            [isOptional]="true"
            [isMono]="true"
            hint="Only steps on them, by comma."
            i18n-hint
            [text]="form().queues"
            (textChange)="change({ queues: $event })"
          />
          <oqx-text-field
            boxId="services"
            label="Services"
            i18n-label
            [isOptional]="true"
            [isMono]="true"
            hint="gateway, orchestrator, worker, or an id."
            i18n-hint
            [text]="form().services"
            (textChange)="change({ services: $event })"
          />
          <oqx-text-field
            boxId="seed"
            label="Seed"
            i18n-label
            [isOptional]="true"
            inputmode="numeric"
            hint="The same one chooses the same faults again."
            i18n-hint
            [fault]="faults()['seed']"
            [text]="form().seed"
            (textChange)="change({ seed: $event })"
          />
        </div>
        <label class="tick">
          <input
            type="checkbox"
            [checked]="form().mayFailInstances"
            (change)="change({ mayFailInstances: !form().mayFailInstances })"
          />
          <span i18n>Instances may fail of it: injected failures count as attempts</span>
        </label>
      </div>
    </section>
    <section class="card" aria-labelledby="radius-title">
      <header><h2 id="radius-title" i18n>Blast radius</h2></header>
      <div class="radius" aria-live="polite">
        @if (problem(); as problem) {
          <oqx-problem [problem]="problem" [canRetry]="false" />
        } @else if (preview(); as preview) {
          <dl class="figures">
            <div>
              <dt i18n>Running instances</dt>
              <dd>{{ count(preview.instances.count, preview.instances.atLeast) }}</dd>
            </div>
            <div>
              <dt i18n>Steps in flight</dt>
              <dd>{{ count(inFlight()) }}</dd>
            </div>
            <div>
              <dt i18n>Services</dt>
              <dd>{{ count(preview.services.length) }}</dd>
            </div>
          </dl>
          @if (preview.services.length > 0) {
            <p class="chips">
              @for (service of preview.services; track service.id) {
                <span class="chip" [title]="killText(service.kill)">
                  <span class="mono">{{ service.id }}</span>
                  <span class="muted">{{ service.roles.join(', ') }}</span>
                </span>
              }
            </p>
          }
          @if (preview.queues.length > 0) {
            <p class="chips">
              @for (queue of preview.queues.slice(0, mostQueues); track queue.queue + queue.task) {
                <span class="chip mono">{{ queue.queue }} · {{ queue.task }}</span>
              }
              @if (preview.queues.length > mostQueues) {
                <span class="meta" i18n>and {{ preview.queues.length - mostQueues }} more</span>
              }
            </p>
          }
          @for (warning of preview.warnings; track warning) {
            <p class="warning s-retrying">{{ warning }}</p>
          }
        } @else {
          <p class="muted" i18n>Counting what would be hit…</p>
        }
      </div>
    </section>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 16px;
      min-width: 0;
    }
    .segments {
      flex-wrap: wrap;
    }
    .radius {
      display: flex;
      flex-direction: column;
      gap: 12px;
      min-height: 132px;
    }
    .figures {
      display: grid;
      grid-template-columns: repeat(3, minmax(0, 1fr));
      gap: 16px;
    }
    dt {
      font-size: 12px;
      line-height: 16px;
      color: var(--oqx-muted);
    }
    dd {
      font: 600 20px/28px var(--oqx-font);
    }
    .chips {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 8px;
    }
    .chip {
      max-width: 100%;
      overflow: hidden;
    }
    .warning {
      padding: 8px 12px;
      border-inline-start: 4px solid var(--c);
      border-radius: var(--oqx-radius-control);
      background: var(--s);
    }
  `,
})
export class ChaosRadius {
  readonly form = model.required<ChaosForm>();
  readonly preview = input<ChaosPreview>();
  readonly problem = input<ApiProblem>();
  protected readonly durations = durations;
  protected readonly span = formatDuration;
  protected readonly count = formatCount;
  protected readonly mostQueues = 8;
  protected readonly faults = computed(() => planFaults(this.form()));
  protected readonly inFlight = computed(() => this.preview()?.queues.reduce((sum, { inFlight }) => sum + inFlight, 0) ?? 0);

  protected killText(kill: 'process' | 'memory'): string {
    return kill === 'process'
      ? $localize`Killing it ends the process; its supervisor starts it again.`
      : $localize`Killing it makes it lose what it holds in memory; the process goes on.`;
  }

  protected change(part: Partial<ChaosForm>): void {
    this.form.update((form) => ({ ...form, ...part }));
  }
}
