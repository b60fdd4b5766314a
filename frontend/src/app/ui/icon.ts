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
  triggers: 'M8 2.5a5.5 5.5 0 1 1 0 11a5.5 5.5 0 1 1 0-11zM8 5v3l2 1.5',
  webhooks: 'M5 9.5a2.2 2.2 0 1 0 2.2 2.2H11M7 3.6a2.2 2.2 0 1 1 3.2 2.8L8.4 9.3M5.9 11.5l2-3.6M11.2 9.2a2.3 2.3 0 1 1-1 4.3',
  hook: 'M3 8h8m-3-3 3 3-3 3M13 3.5v9',
  message: 'M2.5 4h11v8h-11zM2.5 4.5 8 9l5.5-4.5',
  task: 'M2.5 3h11v10h-11zM5.5 6.2 7.3 8l-1.8 1.8M8.5 10h2.5',
  sleep: 'M12.8 9.8A5.4 5.4 0 0 1 6.2 3.2a5.4 5.4 0 1 0 6.6 6.6z',
  event: 'M9 1.8 3.8 9h3.7L7 14.2 12.2 7H8.5z',
  ask: 'M8 2.5a2.6 2.6 0 1 1 0 5.2a2.6 2.6 0 1 1 0-5.2zM3 13.5c.5-3 2.4-4.2 5-4.2s4.5 1.2 5 4.2',
  branch: 'M2 8h4l3.5-4H14M6 8l3.5 4H14',
  parallel: 'M2 8h3M5 3v10M5 4h9M5 12h9M5 8h9',
  forEach: 'M3 4h.1M3 8h.1M3 12h.1M6 4h7.5M6 8h7.5M6 12h7.5',
  repeat: 'M3 7.5a5 5 0 0 1 8.7-2.6L13 6.3M13 3v3.3H9.7M13 8.5a5 5 0 0 1-8.7 2.6L3 9.7M3 13V9.7h3.3',
  workflow: 'M2.5 2.5h5v4h-5zM8.5 9.5h5v4h-5zM5 6.5v5h3.5',
  try: 'M8 1.8l5 2v4c0 3-2 5.2-5 6.4-3-1.2-5-3.4-5-6.4v-4z',
  lock: 'M3.5 7.5h9v6h-9zM5.5 7.5v-2a2.5 2.5 0 0 1 5 0v2',
  set: 'M3 6h10M3 10h10',
  emit: 'M2 7.5 14 2 9.5 14 7.5 8.8z',
  fail: 'M5.3 2h5.4L14 5.3v5.4L10.7 14H5.3L2 10.7V5.3zM8 5v3.5m0 2.4v.1',
  complete: 'M4 14V2.5h8.5l-2 3 2 3H4',
  again: 'M12.8 6.3A5.2 5.2 0 1 0 13.2 9M13 2.8v3.5H9.5',
  chaos: 'M2 4.5h2.6l6 7H14m-2-2 2 2-2 2M2 11.5h2.6l1.6-1.9m3.2-3.7 1.2-1.4H14m-2-2 2 2-2 2',
  incidents: 'M8 2 14.5 13.5h-13zM8 6.5v3m0 2v.1',
  operatorLog: 'M3 2.5h10v11H3zM5.5 5.5h5M5.5 8h5M5.5 10.5h3',
  undo: 'M6 3.5 2.8 6.7 6 9.9M3 6.7h6.7a3.4 3.4 0 0 1 0 6.8H7',
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
