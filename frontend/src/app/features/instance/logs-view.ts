import { Component, computed, DestroyRef, effect, inject, input, signal, untracked } from '@angular/core';
import type { StepLog } from '@contracts/rest/logs';
import { Api } from '../../core/api/api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { LiveConnection } from '../../core/live/live-connection';
import { Time } from '../../core/time/time';
import { Empty } from '../../ui/empty';
import { formatCount } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { emptyLog, filterLines, levels, takeLines, type LogLevel } from './log-lines';

/** While steps may still write, new lines are asked for this often (ms). */
const readEveryMs = 1_500;

/** What handlers and scripts wrote, of one step (and of what is inside it) or of all; live. */
@Component({
  selector: 'oqx-logs',
  imports: [Time, Empty, Problem],
  templateUrl: './logs-view.html',
  styleUrl: './logs-view.css',
})
export class LogsView {
  private readonly api = inject(Api);
  private readonly live = inject(LiveConnection);
  readonly instance = input.required<string>();
  /** Absent: of all steps. */
  readonly path = input<string>();
  /** Nothing more will be written. */
  readonly isOver = input(false);
  readonly isCompact = input(false);
  private readonly log = signal(emptyLog);
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly isLoaded = signal(false);
  protected readonly level = signal<LogLevel>('debug');
  protected readonly text = signal('');
  protected readonly isWrapped = signal(true);
  protected readonly levels = levels;
  protected readonly lines = computed(() => filterLines(this.log().lines, this.level(), this.text()));
  protected readonly total = computed(() => this.log().lines.length);
  protected readonly isCut = computed(() => this.log().isCut);
  protected readonly count = formatCount;
  protected readonly none = $localize`No log lines yet`;
  protected readonly noneMatch = $localize`No line matches`;
  private reading: AbortController | undefined;

  constructor() {
    effect(() => {
      const about = [this.instance(), this.path()] as const;
      untracked(() => this.begin(...about));
    });
    const timer = setInterval(() => {
      if (!this.isOver() && !this.live.isPaused()) void this.readOn();
    }, readEveryMs);
    effect(() => {
      if (this.isOver()) untracked(() => void this.readOn()); // what was written last
    });
    inject(DestroyRef).onDestroy(() => {
      clearInterval(timer);
      this.reading?.abort();
    });
  }

  protected retry(): void {
    void this.readOn();
  }

  protected lineKey = (line: StepLog): number => line.id;

  private begin(instance: string, path: string | undefined): void {
    this.reading?.abort();
    this.reading = undefined;
    this.log.set(emptyLog);
    this.isLoaded.set(false);
    void this.readOn(instance, path);
  }

  /** All that is new, page by page; one reader at a time. */
  private async readOn(instance = this.instance(), path = this.path()): Promise<void> {
    if (this.reading) return;
    const reading = (this.reading = new AbortController());
    try {
      for (let isMore = true; isMore && !reading.signal.aborted;) {
        const page = await this.api.logs(instance, { path, after: this.log().after, limit: 1_000 }, reading.signal);
        if (reading.signal.aborted) return;
        this.log.update((log) => takeLines(log, page.items));
        isMore = page.next !== null;
      }
      this.problem.set(undefined);
      this.isLoaded.set(true);
    } catch (error) {
      if (!reading.signal.aborted) this.problem.set(toProblem(error));
    } finally {
      if (this.reading === reading) this.reading = undefined;
    }
  }
}
