import { DOCUMENT, inject, Injectable, signal } from '@angular/core';

export type ThemeChoice = 'system' | 'light' | 'dark';
const storageKey = 'oqx.theme';

/** Light, dark, or what the system says; remembered. */
@Injectable({ providedIn: 'root' })
export class Theme {
  private readonly root = inject(DOCUMENT).documentElement;
  private readonly choice$ = signal<ThemeChoice>(stored());
  readonly choice = this.choice$.asReadonly();

  constructor() {
    this.show();
  }

  set(choice: ThemeChoice): void {
    this.choice$.set(choice);
    if (choice === 'system') localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, choice);
    this.show();
  }

  /** To the other one of light and dark. */
  toggle(): void {
    this.set(this.isDark() ? 'light' : 'dark');
  }

  isDark(): boolean {
    const choice = this.choice$();
    return choice === 'dark' || (choice === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  }

  private show(): void {
    if (this.choice$() === 'system') delete this.root.dataset['theme'];
    else this.root.dataset['theme'] = this.choice$();
  }
}

function stored(): ThemeChoice {
  const value = localStorage.getItem(storageKey);
  return value === 'light' || value === 'dark' ? value : 'system';
}
