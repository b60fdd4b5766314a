import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import type { BulkFailure, BulkJob } from '@contracts/rest/bulk';
import { Announcer } from '../../core/announcer';
import { ActsApi } from '../../core/api/acts-api';
import { toProblem, type ApiProblem } from '../../core/api/api-problem';
import { pollWhileVisible } from '../../core/live/poll-while-visible';
import { newKey } from '../../core/new-key';
import { Person } from '../../core/person';
import { Duration, Time } from '../../core/time/time';
import { Breadcrumb } from '../../ui/breadcrumb';
import { Empty } from '../../ui/empty';
import { formatCount } from '../../ui/format';
import { Problem } from '../../ui/problem';
import { Skeleton } from '../../ui/skeleton';
import { State } from '../../ui/state';
import { isOpenJob, jobSubject, progressOf } from './bulk';
import { BulkDialog } from './bulk-dialog';

const pageSize = 100;
const pollMs = 1_000;
/** As many as one job takes. */
const mostRetried = 10_000;

/** One bulk job: how far it has come, what was refused and why; stopped here, and done again for those that failed. */
@Component({
  selector: 'oqx-bulk-page',
  imports: [RouterLink, Breadcrumb, State, Time, Duration, Empty, Problem, Skeleton],
  templateUrl: './bulk-page.html',
  styleUrl: './bulk-page.css',
})
export class BulkPage {
  private readonly api = inject(ActsApi);
  private readonly dialog = inject(MatDialog);
  private readonly person = inject(Person);
  private readonly announcer = inject(Announcer);

  readonly id = input.required<string>();

  protected readonly job = signal<BulkJob | undefined>(undefined);
  /** Pages beyond the first, as they were asked for. */
  private readonly further = signal<{ readonly failures: readonly BulkFailure[]; readonly next: string | null } | undefined>(
    undefined,
  );
  protected readonly problem = signal<ApiProblem | undefined>(undefined);
  protected readonly isStopping = signal(false);
  protected readonly count = formatCount;
  protected readonly subject = computed(() => this.job() && jobSubject(this.job()!));
  protected readonly title = computed(() => this.subject()?.title ?? $localize`Bulk job`);
  protected readonly trail = computed(() => {
    const subject = this.subject();
    const before = subject === undefined ? [] : [{ text: subject.pageText, link: [subject.page] }];
    return [...before, { text: $localize`Bulk job` }];
  });
  protected readonly isOpen = computed(() => this.job() !== undefined && isOpenJob(this.job()!));
  protected readonly parts = computed(() => progressOf(this.job()!));
  protected readonly left = computed(() => Math.max(0, this.job()!.total.count - this.job()!.done - this.job()!.failed));
  protected readonly failures = computed(() => [...(this.job()?.failures ?? []), ...(this.further()?.failures ?? [])]);
  protected readonly next = computed(() => (this.further() ?? this.job())?.next ?? null);
  protected readonly filterText = computed(() => {
    const filter = this.job()?.filter;
    return filter === null || filter === undefined ? $localize`those that were selected` : JSON.stringify(filter);
  });

  constructor() {
    effect(() => {
      const id = this.id();
      untracked(() => {
        this.job.set(undefined);
        this.further.set(undefined);
        void this.load(id);
      });
    });
    pollWhileVisible(pollMs, () => (this.isOpen() ? this.load() : Promise.resolve()));
  }

  protected async load(id = this.id()): Promise<void> {
    try {
      const job = await this.api.bulkJob(id, { limit: pageSize });
      if (id !== this.id()) return;
      if (this.isOpen() && !isOpenJob(job)) this.announcer.say($localize`The bulk job has ended`);
      this.job.set(job);
      this.problem.set(undefined);
    } catch (error) {
      if (id === this.id()) this.problem.set(toProblem(error));
    }
  }

  protected async more(): Promise<void> {
    const after = this.next();
    if (after === null) return;
    await this.guarded(async () => {
      const { failures, next } = await this.api.bulkJob(this.id(), { after, limit: pageSize });
      this.further.update((known) => ({ failures: [...(known?.failures ?? []), ...failures], next }));
    });
  }

  protected async stop(): Promise<void> {
    this.isStopping.set(true);
    await this.guarded(async () => {
      await this.api.stopBulk(this.id(), this.person.signature(), newKey());
      await this.load();
    });
    this.isStopping.set(false);
  }

  /** The same for those that failed; which ones is asked anew, for there may be more than are shown. */
  protected async again(): Promise<void> {
    await this.guarded(async () => {
      const ids: string[] = [];
      for (let after: string | null | undefined; after !== null && ids.length < mostRetried;) {
        const page: BulkJob = await this.api.bulkJob(this.id(), { after, limit: 1_000 });
        ids.push(...page.failures.map(({ id }) => id));
        after = page.next;
      }
      const action = this.subject()?.again;
      this.dialog.open(BulkDialog, { data: { ids: ids.slice(0, mostRetried), action }, autoFocus: '#reason' });
    });
  }

  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.problem.set(toProblem(error));
    }
  }
}
