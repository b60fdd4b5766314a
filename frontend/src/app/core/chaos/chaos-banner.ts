import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { formatCount, formatLeft } from '../../ui/format';
import { Icon } from '../../ui/icon';
import { toMs } from '../time/time';
import { ServerClock } from '../time/server-clock';
import { ChaosMode } from './chaos-mode';

/** Across the top of every page while faults are injected. */
@Component({
  selector: 'oqx-chaos-banner',
  imports: [RouterLink, Icon],
  template: `
    @if (mode.isOn()) {
      <section class="stripes" aria-label="Chaos mode" i18n-aria-label>
        <a class="said" routerLink="/chaos">
          <oqx-icon name="chaos" />
          <b i18n>Chaos mode is on.</b>
          <span class="wide-only">{{ kinds() }}</span>
          <span class="nowrap">{{ left() }}</span>
        </a>
        <span class="grow"></span>
        @if (mode.problem(); as problem) {
          <span class="said fault" role="alert">{{ problem.title }}</span>
        }
        <button type="button" class="btn danger small" [disabled]="mode.isStopping()" (click)="mode.stop()" i18n>Stop</button>
      </section>
    }
  `,
  styles: `
    .stripes {
      display: flex;
      align-items: center;
      gap: 12px;
      min-height: 36px;
      padding: 3px 24px;
      border-bottom: 1px solid var(--oqx-state-retrying);
      background:
        repeating-linear-gradient(135deg, var(--oqx-state-retrying-soft) 0 12px, transparent 12px 24px), var(--oqx-ground);
    }
    .said {
      display: flex;
      align-items: center;
      gap: 8px;
      min-width: 0;
      padding: 3px 8px;
      margin-inline-start: -8px;
      border-radius: var(--oqx-radius-control);
      background: var(--oqx-ground);
      color: var(--oqx-text);
    }
    a.said:hover b {
      text-decoration: underline;
    }
    b {
      font-weight: 500;
      white-space: nowrap;
    }
    @media (max-width: 600px) {
      .stripes {
        padding: 3px 12px;
      }
      .wide-only {
        display: none;
      }
    }
  `,
})
export class ChaosBanner {
  protected readonly mode = inject(ChaosMode);
  private readonly clock = inject(ServerClock);
  protected readonly kinds = computed(() => {
    const count = Object.values(this.mode.now()?.run?.faults ?? {}).filter((fault) => (fault?.rate ?? 0) > 0).length;
    return count === 1 ? $localize`1 kind of fault.` : $localize`${formatCount(count)}:count: kinds of fault.`;
  });
  protected readonly left = computed(() => {
    const endsAt = toMs(this.mode.now()?.run?.endsAt);
    return endsAt === undefined ? '' : $localize`Stops by itself in ${formatLeft(endsAt, this.clock.now())}:time:.`;
  });
}
