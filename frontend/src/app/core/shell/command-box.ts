import { Component, computed, DestroyRef, type ElementRef, inject, signal, viewChild } from '@angular/core';
import { Router } from '@angular/router';
import { Shortcuts } from '../keyboard/shortcuts';
import { Icon, type IconName } from '../../ui/icon';
import { ChaosMode } from '../chaos/chaos-mode';
import { pagesThereAre, suggestCommands, type Suggestion } from './commands';

/** Where ids are pasted and pages are gone to (Ctrl/⌘ K): a combobox over a short list. */
@Component({
  selector: 'oqx-command-box',
  imports: [Icon],
  templateUrl: './command-box.html',
  styleUrl: './command-box.css',
  host: { '(focusout)': 'left($event)' },
})
export class CommandBox {
  private readonly router = inject(Router);
  private readonly chaos = inject(ChaosMode);
  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  protected readonly text = signal('');
  protected readonly isOpen = signal(false);
  protected readonly active = signal(0);
  protected readonly suggestions = computed(() => suggestCommands(this.text(), pagesThereAre(this.chaos.now() !== undefined)));

  constructor() {
    const take = inject(Shortcuts).register({ 'Ctrl+k': () => this.field().nativeElement.focus() });
    inject(DestroyRef).onDestroy(take);
  }

  protected typed(text: string): void {
    this.text.set(text);
    this.active.set(0);
    this.isOpen.set(true);
  }

  protected keyed(event: KeyboardEvent): void {
    const count = this.suggestions().length;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      this.isOpen.set(true);
      this.active.update((at) => (at + (event.key === 'ArrowDown' ? 1 : count - 1)) % Math.max(1, count));
    } else if (event.key === 'Enter') {
      const chosen = this.suggestions()[this.active()];
      if (chosen) this.choose(chosen);
    } else if (event.key === 'Escape') {
      this.close();
    } else {
      return;
    }
    event.preventDefault();
  }

  protected choose(suggestion: Suggestion): void {
    this.close();
    void this.router.navigate([...suggestion.link], { queryParams: suggestion.query ?? {} });
  }

  protected left(event: FocusEvent): void {
    const host = event.currentTarget as HTMLElement;
    if (!host.contains(event.relatedTarget as Node | null)) this.isOpen.set(false);
  }

  protected iconOf(suggestion: Suggestion): IconName {
    return suggestion.icon;
  }

  private close(): void {
    this.text.set('');
    this.isOpen.set(false);
    this.field().nativeElement.blur();
  }
}
