import { TestBed } from '@angular/core/testing';
import { instanceLifecycle, stepLifecycle } from '@engine/model/lifecycle';
import { Glyph, glyphStrokes } from './glyph';
import { lookOf, State, stateLooks } from './state';

describe('state looks', () => {
  it.each([...Object.keys(instanceLifecycle), ...Object.keys(stepLifecycle)])(
    'the status %s has a word and a glyph of its own',
    (status) => {
      expect(stateLooks[status]).toBeDefined();
      expect(glyphStrokes[lookOf(status).glyph].length).toBeGreaterThan(0);
    },
  );

  it('tells states apart by outline: no two glyphs are drawn alike', () => {
    const drawings = Object.values(glyphStrokes).map((strokes) => JSON.stringify(strokes));
    expect(new Set(drawings).size).toBe(drawings.length);
  });

  it('shows a status it does not know by its name', () => expect(lookOf('levitating').word).toBe('levitating'));
});

describe('Glyph', () => {
  it('is decorative: the word beside it is what is read', async () => {
    const fixture = TestBed.createComponent(Glyph);
    fixture.componentRef.setInput('name', 'failed');
    await fixture.whenStable();
    const svg = (fixture.nativeElement as HTMLElement).querySelector('svg');
    expect(svg?.getAttribute('aria-hidden')).toBe('true');
    expect(svg?.querySelectorAll('path')).toHaveLength(glyphStrokes.failed.length);
  });
});

describe('State', () => {
  it('shows word, colours and glyph of a status', async () => {
    const fixture = TestBed.createComponent(State);
    fixture.componentRef.setInput('state', 'timed_out');
    await fixture.whenStable();
    const host = fixture.nativeElement as HTMLElement;
    expect(host.textContent?.trim()).toBe('Timed out');
    expect(host.classList).toContain('s-failed');
    expect(host.querySelector('oqx-glyph svg')).not.toBeNull();
  });
});
