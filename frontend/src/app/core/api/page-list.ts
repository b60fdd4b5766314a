import { computed, signal } from '@angular/core';
import type { PageOf } from './acts-api';
import { toProblem, type ApiProblem } from './api-problem';

/** Where a page of a list begins; absent: at its beginning. */
export interface From {
  readonly cursor?: string | undefined;
}

/** A list that is asked for page by page. Only the first page follows by itself: what was asked for beyond it stays. */
export class PageList<T> {
  private readonly items$ = signal<readonly T[]>([]);
  private readonly next = signal<string | null>(null);
  private readonly isLoaded$ = signal(false);
  private readonly problem$ = signal<ApiProblem | undefined>(undefined);
  readonly items = this.items$.asReadonly();
  readonly isLoaded = this.isLoaded$.asReadonly();
  readonly problem = this.problem$.asReadonly();
  readonly hasMore = computed(() => this.next() !== null);
  private isFirstPage = true;
  private loading = 0;

  /** @param ask rejects with an `ApiProblem` */
  constructor(private readonly ask: (from: From) => Promise<PageOf<T>>) {}

  /** From the beginning, for what is something else now. */
  begin(): Promise<void> {
    this.items$.set([]);
    this.isLoaded$.set(false);
    return this.load();
  }

  /** The first page anew. */
  load(): Promise<void> {
    this.isFirstPage = true;
    return this.take({}, () => []);
  }

  /** As a poll does: nothing while further pages are looked at. */
  follow(): Promise<void> {
    return this.isFirstPage ? this.load() : Promise.resolve();
  }

  more(): Promise<void> {
    this.isFirstPage = false;
    return this.take({ cursor: this.next() ?? undefined }, () => this.items());
  }

  private async take(from: From, before: () => readonly T[]): Promise<void> {
    const own = ++this.loading;
    try {
      const { items, next } = await this.ask(from);
      if (own !== this.loading) return; // something else was asked meanwhile
      this.items$.set([...before(), ...items]);
      this.next.set(next);
      this.problem$.set(undefined);
      this.isLoaded$.set(true);
    } catch (error) {
      if (own === this.loading) this.problem$.set(toProblem(error));
    }
  }
}
