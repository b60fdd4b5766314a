import { Component, computed, input } from '@angular/core';
import { Glyph, type GlyphName } from './glyph';

/** How a state looks: which glyph, which colours (`s-<tone>`), which word. */
export interface StateLook {
  readonly glyph: GlyphName;
  readonly tone: string;
  readonly word: string;
  readonly isStruck?: boolean;
}

const look = (glyph: GlyphName, tone: string, word: string): StateLook => ({ glyph, tone, word });

/** Statuses of instances, steps, workers, triggers and what comes of them, by name; one table, so that a state looks alike everywhere. */
export const stateLooks: Readonly<Record<string, StateLook>> = {
  pending: look('queued', 'queued', $localize`Pending`),
  queued: look('queued', 'queued', $localize`Queued`),
  scheduled: look('scheduled', 'queued', $localize`Scheduled`),
  running: look('running', 'running', $localize`Running`),
  waiting: look('waiting', 'waiting', $localize`Waiting`),
  asking: look('person', 'waiting', $localize`Waiting for a person`),
  retrying: look('retrying', 'retrying', $localize`Retrying`),
  paused: look('paused', 'paused', $localize`Paused`),
  cancelling: look('cancelled', 'cancelled', $localize`Cancelling`),
  completed: look('completed', 'completed', $localize`Completed`),
  failed: look('failed', 'failed', $localize`Failed`),
  timed_out: look('timedOut', 'failed', $localize`Timed out`),
  cancelled: { ...look('cancelled', 'cancelled', $localize`Cancelled`), isStruck: true },
  skipped: { ...look('skipped', 'cancelled', $localize`Skipped`), isStruck: true },
  blocked: look('skipped', 'none', $localize`Not run: upstream failed`),
  compensating: look('compensating', 'compensating', $localize`Compensating`),
  compensated: look('compensating', 'compensating', $localize`Compensated`),
  compensation_failed: look('failed', 'failed', $localize`Compensation failed`),
  notReached: look('queued', 'none', $localize`Not reached`),
  active: look('completed', 'completed', $localize`Active`),
  draining: look('waiting', 'waiting', $localize`Draining`),
  stopping: look('cancelled', 'cancelled', $localize`Stopping`),
  stopped: look('cancelled', 'cancelled', $localize`Stopped`),
  lost: look('failed', 'failed', $localize`Lost`),
  disabled: look('cancelled', 'cancelled', $localize`Disabled`),
  started: look('completed', 'completed', $localize`Started`),
  existing: look('completed', 'completed', $localize`Was there already`),
  matched: look('completed', 'completed', $localize`Taken`),
  delivered: look('completed', 'completed', $localize`Delivered`),
  kept: look('waiting', 'waiting', $localize`Kept`),
  stored: look('queued', 'queued', $localize`Stored`),
  missed: look('timedOut', 'retrying', $localize`Missed`),
  refused: look('failed', 'failed', $localize`Refused`),
  dropped: look('skipped', 'cancelled', $localize`Dropped`),
  duplicate: look('skipped', 'cancelled', $localize`Duplicate`),
  open: look('failed', 'failed', $localize`Open`),
  redriven: look('retrying', 'retrying', $localize`Redriven`),
  discarded: { ...look('skipped', 'cancelled', $localize`Discarded`), isStruck: true },
  resolved: look('completed', 'completed', $localize`Resolved`),
  halfOpen: look('retrying', 'retrying', $localize`Half-open`),
  closed: look('completed', 'completed', $localize`Closed`),
};

export const lookOf = (state: string): StateLook => stateLooks[state] ?? look('queued', 'none', state);

/** Glyph and word of a state; `pill` puts it on its soft ground. */
@Component({
  selector: 'oqx-state',
  imports: [Glyph],
  template: `<oqx-glyph [name]="look().glyph" /><span [class.struck]="look().isStruck && !pill() && !isLabel()">{{
      text() ?? look().word
    }}</span>`,
  host: { '[class]': "'s-' + look().tone", '[class.pill]': 'pill()' },
  styles: `
    :host {
      display: inline-flex;
      align-items: center;
      gap: 8px;
      max-width: 100%;
      color: var(--t);
      white-space: nowrap;
      vertical-align: middle;
    }
    span {
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    :host(.pill) {
      gap: 6px;
      height: 24px;
      padding: 0 10px 0 6px;
      border-radius: var(--oqx-radius-pill);
      background: var(--s);
      font-weight: 500;
    }
  `,
})
export class State {
  readonly state = input.required<string>();
  readonly text = input<string>();
  readonly pill = input(false);
  /** Names a state that nothing is in: never struck through. */
  readonly isLabel = input(false);
  protected readonly look = computed(() => lookOf(this.state()));
}
