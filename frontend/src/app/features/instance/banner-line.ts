import { Component, computed, inject, input } from '@angular/core';
import { ServerClock } from '../../core/time/server-clock';
import { formatTicking } from '../../ui/format';
import { Glyph } from '../../ui/glyph';
import { lookOf } from '../../ui/state';
import type { BannerText } from './banner';

/** One line on the soft ground of its state. */
@Component({
  selector: 'oqx-banner',
  imports: [Glyph],
  template: `
    <div [class]="'banner s-' + look().tone">
      <oqx-glyph [name]="look().glyph" />
      <p class="grow">
        @if (banner().step) {
          <b>{{ banner().step }}</b>&ngsp;
        }
        {{ banner().text }}
        @if (banner().code) {
          &ngsp;<code>{{ banner().code }}</code>
        }
        @if (countdown(); as span) {
          &ngsp;·&ngsp;<span i18n
            >Next attempt in <b>{{ span }}</b>.</span
          >
        }
      </p>
      <ng-content />
    </div>
  `,
  styles: `
    .banner {
      display: flex;
      align-items: center;
      gap: 12px;
      min-height: 40px;
      padding: 8px 12px 8px 16px;
      border-radius: var(--oqx-radius-control);
      border-inline-start: 4px solid var(--c);
      background: var(--s);
    }
    b {
      font-weight: 600;
    }
    p {
      overflow-wrap: anywhere;
    }
  `,
})
export class Banner {
  private readonly clock = inject(ServerClock);
  readonly banner = input.required<BannerText>();
  protected readonly look = computed(() => lookOf(this.banner().state));
  protected readonly countdown = computed(() => {
    const left = (this.banner().until ?? 0) - this.clock.now();
    return left > 0 ? formatTicking(Math.ceil(left / 1_000) * 1_000) : undefined;
  });
}
