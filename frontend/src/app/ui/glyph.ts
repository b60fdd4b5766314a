import { Component, input } from '@angular/core';

/** Shapes that differ in outline, so that a state can be told without colour (16 px). */
export type GlyphName =
  | 'queued'
  | 'scheduled'
  | 'running'
  | 'waiting'
  | 'person'
  | 'retrying'
  | 'completed'
  | 'failed'
  | 'timedOut'
  | 'compensating'
  | 'paused'
  | 'cancelled'
  | 'skipped';

interface Stroke {
  readonly d: string;
  /** Drawn over the filled shape, in the colour of the ground. */
  readonly isCut?: boolean;
  readonly isFilled?: boolean;
  readonly width?: number;
  readonly dashes?: string;
}

const circle = 'M8 2.3a5.7 5.7 0 1 1 0 11.4a5.7 5.7 0 1 1 0-11.4z';
const diamond: Stroke = { d: 'M8 .8 15.2 8 8 15.2.8 8z', isFilled: true };
const hands = 'M8 4.8V8l2.2 1.6';

export const glyphStrokes: Readonly<Record<GlyphName, readonly Stroke[]>> = {
  queued: [{ d: circle, width: 1.6 }],
  scheduled: [
    { d: circle, width: 1.6 },
    { d: hands, width: 1.6 },
  ],
  running: [
    { d: circle, width: 1.6 },
    { d: 'M8 2.3a5.7 5.7 0 0 1 0 11.4z', isFilled: true },
  ],
  waiting: [diamond, { d: 'M6.4 5.6v4.8M9.6 5.6v4.8', isCut: true, width: 1.6 }],
  person: [
    diamond,
    { d: 'M8 4.7a1.7 1.7 0 1 1 0 3.4a1.7 1.7 0 1 1 0-3.4z', isFilled: true, isCut: true },
    { d: 'M5.2 11c.4-1.7 1.4-2.4 2.8-2.4s2.4.7 2.8 2.4z', isFilled: true, isCut: true },
  ],
  retrying: [
    {
      d: 'M4.8 1.8h6.4a3 3 0 0 1 3 3v6.4a3 3 0 0 1-3 3H4.8a3 3 0 0 1-3-3V4.8a3 3 0 0 1 3-3z',
      isFilled: true,
    },
    { d: 'M11 6.3A3.5 3.5 0 1 0 11.4 9M11.3 4.2v2.3H9', isCut: true, width: 1.5 },
  ],
  completed: [
    { d: 'M8 1.6a6.4 6.4 0 1 1 0 12.8a6.4 6.4 0 1 1 0-12.8z', isFilled: true },
    { d: 'm5 8.2 2.1 2.1L11 6.2', isCut: true, width: 1.7 },
  ],
  failed: [
    { d: 'M5.2 1.4h5.6l3.8 3.8v5.6l-3.8 3.8H5.2l-3.8-3.8V5.2z', isFilled: true },
    { d: 'm5.5 5.5 5 5m0-5-5 5', isCut: true, width: 1.7 },
  ],
  timedOut: [
    { d: 'M8 1.4a6.6 6.6 0 1 1 0 13.2a6.6 6.6 0 1 1 0-13.2z', isFilled: true },
    { d: hands, isCut: true, width: 1.6 },
  ],
  compensating: [
    { d: 'M1.8 1.8h12.4v12.4H1.8z', width: 1.4 },
    { d: 'M6.4 4.6 4.2 6.8l2.2 2.2M4.4 6.8h4.4a2.2 2.2 0 0 1 0 4.4H7', width: 1.5 },
  ],
  paused: [
    { d: 'M1.8 1.8h12.4v12.4H1.8z', isFilled: true },
    { d: 'M6 5v6M10 5v6', isCut: true, width: 2 },
  ],
  cancelled: [
    { d: circle, width: 1.6 },
    { d: 'm4 12 8-8', width: 1.6 },
  ],
  skipped: [
    { d: circle, width: 1.4, dashes: '2.6 2' },
    { d: 'M5.4 8h5m-1.8-1.8L10.4 8 8.6 9.8', width: 1.3 },
  ],
};

/**
 * One state glyph. Decorative: the word beside it is what is read. Takes the colour of `--c`, else of the text.
 * On an SVG host it may be nested (`<svg:svg oqxGlyph …>` is not needed: use `glyphStrokes` there).
 */
@Component({
  selector: 'oqx-glyph',
  template: `
    <svg viewBox="0 0 16 16" aria-hidden="true" [attr.width]="size()" [attr.height]="size()">
      @for (stroke of strokes[name()]; track $index) {
        <path
          [attr.d]="stroke.d"
          [attr.fill]="stroke.isFilled ? (stroke.isCut ? 'var(--oqx-ground)' : 'currentColor') : 'none'"
          [attr.stroke]="stroke.isFilled ? 'none' : stroke.isCut ? 'var(--oqx-ground)' : 'currentColor'"
          [attr.stroke-width]="stroke.width"
          [attr.stroke-dasharray]="stroke.dashes"
          stroke-linecap="round"
          stroke-linejoin="round"
        />
      }
    </svg>
  `,
  styles: `
    :host {
      display: inline-flex;
      flex: none;
      color: var(--c, currentColor);
    }
  `,
})
export class Glyph {
  readonly name = input.required<GlyphName>();
  readonly size = input(16);
  protected readonly strokes = glyphStrokes;
}
