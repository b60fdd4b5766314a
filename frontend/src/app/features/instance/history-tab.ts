import { CdkVirtualScrollViewport, ScrollingModule } from '@angular/cdk/scrolling';
import { Component, computed, DestroyRef, inject, input, output, signal, viewChild } from '@angular/core';
import type { AuditEvent } from '@engine/model/audit-event';
import { Shortcuts } from '../../core/keyboard/shortcuts';
import { Time } from '../../core/time/time';
import { Empty } from '../../ui/empty';
import { formatCount } from '../../ui/format';
import { JsonTree } from '../../ui/json-tree';
import { State } from '../../ui/state';
import { eventDetail, eventState, eventWords, filterHistory, type HistoryKind } from './history-filter';

/** Of an endless workflow the latest are offered. */
const maxGenerations = 50;

/** The audit log as it is written: filtered, and raw beside it (H and L step through). */
@Component({
  selector: 'oqx-history-tab',
  imports: [ScrollingModule, State, Time, JsonTree, Empty],
  templateUrl: './history-tab.html',
  styleUrl: './history-tab.css',
})
export class HistoryTab {
  readonly events = input.required<readonly AuditEvent[]>();
  /** Seq of the event whose raw form is shown. */
  readonly chosenSeq = input<number>();
  readonly chosen = output<number>();
  private readonly viewport = viewChild(CdkVirtualScrollViewport);
  protected readonly kind = signal<HistoryKind>('all');
  protected readonly text = signal('');
  /** Undefined: all of them. */
  protected readonly generation = signal<number | undefined>(undefined);
  /** One life of the instance after the other; there is a choice only when there were several. */
  protected readonly generations = computed(() => {
    const last = this.events().at(-1)?.generation ?? 1;
    return last === 1 ? [] : Array.from({ length: Math.min(last, maxGenerations) }, (_, index) => last - index);
  });
  private readonly ofGeneration = computed(() => {
    const wanted = this.generation();
    return wanted === undefined ? this.events() : this.events().filter(({ generation }) => generation === wanted);
  });
  protected readonly shown = computed(() => filterHistory(this.ofGeneration(), this.kind(), this.text()));
  protected readonly raw = computed(() => this.events().find(({ seq }) => seq === this.chosenSeq()));
  protected readonly kinds: readonly { readonly kind: HistoryKind; readonly word: string }[] = [
    { kind: 'all', word: $localize`All` },
    { kind: 'instance', word: $localize`Instance` },
    { kind: 'steps', word: $localize`Steps` },
    { kind: 'failures', word: $localize`Failures` },
  ];
  protected readonly noEvents = $localize`No events match`;
  protected readonly words = eventWords;
  protected readonly detail = eventDetail;
  protected readonly stateOf = eventState;
  protected readonly count = formatCount;
  protected readonly trackSeq = (_: number, event: AuditEvent): number => event.seq;

  constructor() {
    inject(DestroyRef).onDestroy(inject(Shortcuts).register({ h: () => this.step(-1), l: () => this.step(1) }));
  }

  private step(by: number): boolean {
    const shown = this.shown();
    const at = shown.findIndex(({ seq }) => seq === this.chosenSeq());
    const to = at < 0 ? (by > 0 ? 0 : shown.length - 1) : at + by;
    const event = shown[to];
    if (!event) return false;
    this.chosen.emit(event.seq);
    const { start, end } = this.viewport()?.getRenderedRange() ?? { start: 0, end: 0 };
    if (to < start + 2 || to > end - 3) this.viewport()?.scrollToIndex(Math.max(0, to - 5));
    return true;
  }
}
