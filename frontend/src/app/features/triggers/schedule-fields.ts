import { Component } from '@angular/core';
import type { ApiProblem } from '../../core/api/api-problem';
import { TextField } from '../../ui/text-field';
import { cronPresets } from './cron-presets';
import { SchedulePreview } from './schedule-preview';
import { TriggerFields } from './trigger-fields';
import { overlapWords } from './trigger-words';

const overlaps = ['allow', 'skip', 'queueOne', 'cancelOld'] as const;

/** When a schedule fires, shown as the server reads it, and what becomes of slots that meet an open instance or are late. */
@Component({
  selector: 'oqx-schedule-fields',
  imports: [SchedulePreview, TextField],
  template: `
    <fieldset>
      <legend i18n>When</legend>
      <div class="presets" role="group" aria-label="Presets" i18n-aria-label>
        @for (preset of presets; track preset.cron) {
          <button
            type="button"
            class="chip"
            [attr.aria-pressed]="form().cron.trim() === preset.cron"
            (click)="change({ cron: preset.cron })"
          >
            {{ preset.word }}
          </button>
        }
      </div>
      <div class="when">
        <div class="stack">
          <oqx-text-field
            boxId="cron"
            label="Cron expression"
            i18n-label
            [hint]="cronHint"
            [fault]="faults().cron"
            [isMono]="true"
            maxlength="200"
            [text]="form().cron"
            (textChange)="change({ cron: $event })"
          />
          <oqx-text-field
            boxId="timezone"
            label="Time zone"
            i18n-label
            [hint]="zoneHint"
            [fault]="faults().timezone"
            maxlength="100"
            list="zones"
            [text]="form().timezone"
            (textChange)="change({ timezone: $event })"
          />
          <datalist id="zones">
            @for (name of zones; track name) {
              <option [value]="name"></option>
            }
          </datalist>
        </div>
        <oqx-schedule-preview class="preview" [cron]="form().cron" [timezone]="form().timezone" (refused)="refuse($event)" />
      </div>
    </fieldset>
    <fieldset>
      <legend i18n>While an instance of an earlier slot is open</legend>
      <div class="options">
        @for (choice of overlaps; track choice) {
          <label class="option" [class.on]="form().overlap === choice">
            <input type="radio" name="overlap" [checked]="form().overlap === choice" (change)="change({ overlap: choice })" />
            <span>{{ words[choice].word }}</span>
          </label>
        }
      </div>
      <p class="meta">{{ words[form().overlap].help }}</p>
    </fieldset>
    <div class="pair">
      <oqx-text-field
        boxId="catch-up"
        label="Catch up"
        i18n-label
        [hint]="catchUpHint"
        [fault]="faults().catchUp"
        maxlength="50"
        placeholder="1m"
        [text]="form().catchUp"
        (textChange)="change({ catchUp: $event })"
      />
      <oqx-text-field
        boxId="jitter"
        label="Jitter"
        i18n-label
        [hint]="jitterHint"
        [fault]="faults().jitter"
        maxlength="50"
        placeholder="0s"
        [text]="form().jitter"
        (textChange)="change({ jitter: $event })"
      />
      <oqx-text-field
        boxId="disable-after"
        label="Disable after failures"
        i18n-label
        [isOptional]="true"
        [hint]="disableHint"
        [fault]="faults().disableAfter"
        inputmode="numeric"
        maxlength="7"
        [text]="form().disableAfter"
        (textChange)="change({ disableAfter: $event })"
      />
    </div>
  `,
  styleUrl: './trigger-fields.css',
})
export class ScheduleFields extends TriggerFields {
  protected readonly presets = cronPresets;
  protected readonly overlaps = overlaps;
  protected readonly words = overlapWords;
  protected readonly zones = Intl.supportedValuesOf('timeZone');
  protected readonly cronHint = $localize`Minute, hour, day, month, weekday; with six fields, seconds first.`;
  protected readonly zoneHint = $localize`An IANA name such as Europe/Madrid.`;
  protected readonly catchUpHint = $localize`Slots missed for longer than this are not started any more.`;
  protected readonly jitterHint = $localize`Each start waits for a random time up to this.`;
  protected readonly disableHint = $localize`So many in a row, and it stops by itself.`;

  /** Said at the field it is about. */
  protected refuse(problem: ApiProblem | undefined): void {
    const zone = problem?.errors.find(({ path }) => path.startsWith('/timezone'))?.message;
    const cron = problem?.errors.find(({ path }) => path.startsWith('/cron'))?.message;
    this.refused.emit(problem && { ...(zone && { timezone: zone }), ...(!zone && { cron: cron ?? problem.detail }) });
  }
}
