import { CdkVirtualScrollViewport, ScrollingModule } from '@angular/cdk/scrolling';
import { Component, computed, effect, inject, input, output, signal, untracked, viewChild } from '@angular/core';
import { ServerClock } from '../../core/time/server-clock';
import { Duration, Time } from '../../core/time/time';
import { capital, formatCount } from '../../ui/format';
import { Icon, iconPaths, type IconName } from '../../ui/icon';
import { State } from '../../ui/state';
import { InstanceStore } from './instance-store';
import { untilText } from './reasons';
import type { StepFacts } from './step-facts';
import { reveal, treeRows, type Page, type TreeChoice, type TreeRow, type TreeSources } from './step-tree';
import { figureText, stateText } from './step-words';

const untouched: TreeChoice = { toggled: new Set(), pages: new Map(), onlyFailed: new Set() };

/** The graph as an outline: every step with what is inside it, item by item. Only lines on screen exist. */
@Component({
  selector: 'oqx-steps-tab',
  imports: [ScrollingModule, State, Time, Duration, Icon],
  templateUrl: './steps-tab.html',
  styleUrl: './steps-tab.css',
})
export class StepsTab {
  private readonly clock = inject(ServerClock);
  private readonly store = inject(InstanceStore);
  readonly selected = input<string>();
  readonly chosen = output<string>();
  private readonly choice = signal(untouched);
  private readonly viewport = viewChild(CdkVirtualScrollViewport);
  private readonly sources = computed<TreeSources>(() => ({
    ...this.store.sources(),
    parts: this.store.parts(),
    choice: this.choice(),
  }));
  protected readonly rows = computed(() => treeRows(this.sources()));
  /** The line that Tab reaches; arrows walk from there. */
  private readonly focused = signal<string | undefined>(undefined);
  protected readonly tabStop = computed(() => {
    const rows = this.rows();
    const wanted = [this.focused(), this.selected()].find((path) => rows.some((row) => row.path === path));
    return wanted ?? rows[0]?.path;
  });
  protected readonly count = formatCount;
  protected readonly trackPath = (_: number, row: TreeRow): string => row.path;

  constructor() {
    effect(() => {
      const path = this.selected();
      const isKnown = this.store.outline().length > 0;
      if (path !== undefined && isKnown) untracked(() => this.show(path));
    });
  }

  protected iconOf(row: TreeRow): IconName | undefined {
    return row.kind === 'step' && row.facts.type in iconPaths ? (row.facts.type as IconName) : undefined;
  }

  /** Why it is open, else how it stands. */
  protected wordsOf(facts: StepFacts): string {
    const now = this.clock.now();
    const { reason, error, state } = facts;
    if (state === 'failed' && error) return `${stateText(facts, now)}: ${error.code}`;
    if (reason === undefined || state === 'running' || state === 'retrying') return stateText(facts, now);
    const until = untilText(reason, now);
    return capital(until === undefined ? reason.text : `${reason.text}, ${until}`);
  }

  protected figureOf = (facts: StepFacts): string => (facts.isBlock ? figureText(facts, this.clock.now()) : '');

  protected toggle(path: string): void {
    this.choice.update((choice) => ({ ...choice, toggled: flipped(choice.toggled, path) }));
  }

  protected turn({ path }: Page, from: number): void {
    this.choice.update((choice) => ({ ...choice, pages: new Map(choice.pages).set(path, Math.max(0, from)) }));
  }

  protected filter({ path }: Page): void {
    this.turn({ path } as Page, 0);
    this.choice.update((choice) => ({ ...choice, onlyFailed: flipped(choice.onlyFailed, path) }));
  }

  protected keyed(event: KeyboardEvent, index: number): void {
    const row = this.rows()[index];
    if (row === undefined || event.target !== event.currentTarget) return;
    if (!this.act(event.key, row, index)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private act(key: string, row: TreeRow, index: number): boolean {
    const fold = row.kind === 'pager' ? undefined : row;
    if (key === 'ArrowDown') return this.focus(index + 1);
    if (key === 'ArrowUp') return this.focus(index - 1);
    if (key === 'ArrowRight' && fold?.isFoldable) return fold.isOpen ? this.focus(index + 1) : (this.toggle(row.path), true);
    if (key === 'ArrowLeft') return fold?.isOpen ? (this.toggle(row.path), true) : this.focus(this.outside(index));
    if (key === 'Enter' && row.kind === 'step') return (this.chosen.emit(row.path), true);
    if ((key === 'Enter' || key === ' ') && fold?.isFoldable) return (this.toggle(row.path), true);
    return false;
  }

  private outside(index: number): number {
    const rows = this.rows();
    return rows.slice(0, index).findLastIndex(({ depth }) => depth < rows[index]!.depth);
  }

  private focus(index: number): boolean {
    const row = this.rows()[index];
    if (row === undefined) return true;
    this.focused.set(row.path);
    this.bringIntoView(index);
    setTimeout(() =>
      this.viewport()
        ?.elementRef.nativeElement.querySelector<HTMLElement>(`[data-row="${CSS.escape(row.path)}"]`)
        ?.focus({ preventScroll: true }),
    );
    return true;
  }

  /** A step chosen elsewhere is unfolded to, and brought into view. */
  private show(path: string): void {
    if (!this.rows().some((row) => row.path === path)) this.choice.set(reveal(path, this.sources()));
    // The panel that opens beside it takes room first.
    requestAnimationFrame(() => {
      this.viewport()?.checkViewportSize();
      this.bringIntoView(this.rows().findIndex((row) => row.path === path));
    });
  }

  private bringIntoView(index: number): void {
    const viewport = this.viewport();
    if (!viewport || index < 0) return;
    const [top, height] = [viewport.measureScrollOffset(), viewport.getViewportSize()];
    const at = index * rowHeight;
    if (at < top) viewport.scrollToOffset(at);
    else if (at + rowHeight > top + height) viewport.scrollToOffset(at + rowHeight - height);
  }
}

const rowHeight = 32;

function flipped(set: ReadonlySet<string>, path: string): Set<string> {
  const after = new Set(set);
  if (!after.delete(path)) after.add(path);
  return after;
}
