import { Injectable, signal } from '@angular/core';

const storageKey = 'oqx.person';

/** Who acts here, as long as nobody has to log in: a name that is typed once, remembered, and kept with every act. */
@Injectable({ providedIn: 'root' })
export class Person {
  private readonly name$ = signal(localStorage.getItem(storageKey) ?? '');
  /** '' while it is not known. */
  readonly name = this.name$.asReadonly();

  set(name: string): void {
    this.name$.set(name.trim());
    localStorage.setItem(storageKey, name.trim());
  }

  /** `{by}` for the body of an act; nothing while the name is not known. */
  signature(): { by?: string } {
    const by = this.name$();
    return by === '' ? {} : { by };
  }
}
