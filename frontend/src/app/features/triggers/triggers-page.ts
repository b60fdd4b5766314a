import { Component, computed, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { Tabs } from '../../ui/tabs';
import { TriggerList } from './trigger-list';
import { kinds, kindWords } from './trigger-words';

/** What starts instances by itself: schedules, HTTP hooks and messages. */
@Component({
  selector: 'oqx-triggers-page',
  imports: [RouterLink, Tabs, TriggerList],
  templateUrl: './triggers-page.html',
  styleUrl: './triggers-page.css',
})
export class TriggersPage {
  private readonly router = inject(Router);

  /** From the address. */
  readonly kind = input<string>();
  readonly definition = input<string>();

  protected readonly text = signal('');
  protected readonly known = computed(() => kinds.find((kind) => kind === this.kind()));
  protected readonly tabs = [
    { name: 'all', word: $localize`All` },
    ...kinds.map((name) => ({ name, word: kindWords[name].many })),
  ];
  protected readonly newQuery = computed(() => ({ kind: this.known(), definition: this.definition() }));

  protected clear(): void {
    this.text.set('');
    void this.router.navigate([], { queryParams: { definition: null }, queryParamsHandling: 'merge' });
  }
}
