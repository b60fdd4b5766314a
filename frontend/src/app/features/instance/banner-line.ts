import { Component, computed, input } from '@angular/core';
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
        @if (banner().until; as until) {
          &ngsp;·&ngsp;<b>{{ until }}</b>
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
  readonly banner = input.required<BannerText>();
  protected readonly look = computed(() => lookOf(this.banner().state));
}
