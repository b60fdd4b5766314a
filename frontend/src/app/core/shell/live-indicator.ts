import { Component, computed, inject } from '@angular/core';
import { LiveConnection } from '../live/live-connection';
import type { LiveState } from '../live/live-state';
import { ServerClock } from '../time/server-clock';
import { Icon } from '../../ui/icon';

export interface IndicatorLook {
  readonly kind: 'live' | 'paused' | 'reconnecting' | 'offline' | 'stale' | 'polling';
  readonly word: string;
  readonly more: string;
}

/** Shape and words of the live state. @param now epoch ms */
export function indicatorLook(state: LiveState, heldBack: number, now: number): IndicatorLook {
  if (state.isPaused) {
    return { kind: 'paused', word: $localize`Paused`, more: heldBack > 0 ? $localize`${heldBack}:count: new` : '' };
  }
  switch (state.phase) {
    case 'live':
      return { kind: 'live', word: $localize`Live`, more: '' };
    case 'stale':
      return { kind: 'stale', word: $localize`Stale`, more: $localize`no sign of life for 15 s` };
    case 'polling':
      return { kind: 'polling', word: $localize`Polling`, more: $localize`every 5 s` };
    case 'offline':
      return { kind: 'offline', word: $localize`Offline`, more: '' };
    case 'connecting':
    case 'sleeping':
      return { kind: 'reconnecting', word: $localize`Connecting…`, more: '' };
    case 'reconnecting': {
      const seconds = Math.max(0, Math.ceil(((state.retryAt ?? now) - now) / 1_000));
      return { kind: 'reconnecting', word: $localize`Reconnecting…`, more: `${seconds} s` };
    }
  }
}

/** Says whether what is on screen is what is so; the button beside it stops it from moving (key P). */
@Component({
  selector: 'oqx-live-indicator',
  imports: [Icon],
  template: `
    <span class="live" role="status" [attr.data-kind]="look().kind">
      <span class="mark" aria-hidden="true"></span>
      <span>{{ look().word }}</span>
      @if (look().more) {
        <span class="muted more">{{ look().more }}</span>
      }
    </span>
    <button
      type="button"
      class="icon-button"
      [attr.aria-pressed]="live.isPaused()"
      [attr.aria-label]="live.isPaused() ? resume : pause"
      [title]="(live.isPaused() ? resume : pause) + ' (P)'"
      (click)="live.setPaused(!live.isPaused())"
    >
      <oqx-icon [name]="live.isPaused() ? 'play' : 'pause'" />
    </button>
  `,
  styleUrl: './live-indicator.css',
})
export class LiveIndicator {
  protected readonly live = inject(LiveConnection);
  private readonly clock = inject(ServerClock);
  protected readonly pause = $localize`Pause live updates`;
  protected readonly resume = $localize`Resume live updates`;
  protected readonly look = computed(() =>
    indicatorLook(this.live.state(), this.live.heldBack(), this.clock.now() - this.clock.skewMs()),
  );
}
