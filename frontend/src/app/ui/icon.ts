import { Component, input } from '@angular/core';

export const iconPaths = {
  overview: 'M2 13V8m4 5V3m4 10V6m4 7V9',
  instances: 'M2 4h12M2 8h12M2 12h8',
  definitions: 'M2 5h4v4H2zM10 2h4v4h-4zM10 10h4v4h-4zM6 7h2m0-3v8m0-8h2m-2 8h2',
  workers: 'M5 5h6v6H5zM7 2v3m2-3v3m-2 6v3m2-3v3M2 7h3M2 9h3m6-2h3m-3 2h3',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 1 1 0-9zM10.5 10.5 14 14',
  theme: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11zM8 2.5v11M8 5l3.5 3M8 9l2.5 2',
  close: 'm4 4 8 8m0-8-8 8',
  copy: 'M5.5 5.5h7v8h-7zM3.5 10.5v-8h7',
  check: 'm3.5 8.5 3 3 6-7',
  right: 'm6 3 5 5-5 5',
  left: 'm10 3-5 5 5 5',
  down: 'm3 6 5 5 5-5',
  menu: 'M2 4h12M2 8h12M2 12h12',
  pause: 'M5.5 4v8m5-8v8',
  play: 'M5 3.5v9l7-4.5z',
  plus: 'M8 3v10M3 8h10',
  minus: 'M3 8h10',
  fit: 'M2.5 6V2.5H6m4 0h3.5V6m0 4v3.5H10m-4 0H2.5V10',
  warning: 'M8 2 14.5 13.5h-13zM8 6.5v3m0 2v.1',
  sort: 'M8 3v10m-3-3 3 3 3-3',
  more: 'M2.5 8a.5.5 0 1 0 1 0a.5.5 0 1 0-1 0M7.5 8a.5.5 0 1 0 1 0a.5.5 0 1 0-1 0M12.5 8a.5.5 0 1 0 1 0a.5.5 0 1 0-1 0',
  asks: 'M2.5 9.5 4.5 3h7l2 6.5v3.5h-11zM2.5 9.5h3.2a2.3 2.3 0 0 0 4.6 0h3.2',
  events: 'M9 1.8 3.5 9H8l-1 5.2L12.5 7H8z',
} as const;
export type IconName = keyof typeof iconPaths;

/** A line icon; decorative, its button or link carries the name. */
@Component({
  selector: 'oqx-icon',
  template: `
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path
        [attr.d]="paths[name()]"
        fill="none"
        stroke="currentColor"
        stroke-width="1.5"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  `,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
    }
  `,
})
export class Icon {
  readonly name = input.required<IconName>();
  protected readonly paths = iconPaths;
}
