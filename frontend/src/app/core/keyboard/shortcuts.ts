import { DestroyRef, DOCUMENT, inject, Injectable } from '@angular/core';

/** What a key does; returning false lets the next one try. */
export type ShortcutAction = (event: KeyboardEvent) => void | boolean;

/** Is the event in something one types into? Single letters then belong to the text. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** `j`, `Shift+C`, `Ctrl+K` (also for ⌘), `G O` (one after the other within a second). */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const isLetter = /^[a-z]$/.test(key);
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${event.altKey ? 'Alt+' : ''}${event.shiftKey && isLetter ? 'Shift+' : ''}${key}`;
}

/** Keys of the whole page; the latest registration of a key goes first. Never fires while typing, unless it has a modifier. */
@Injectable({ providedIn: 'root' })
export class Shortcuts {
  private readonly document = inject(DOCUMENT);
  private readonly actions = new Map<string, ShortcutAction[]>();
  private prefix: { readonly key: string; readonly at: number } | undefined;

  constructor() {
    const onKey = (event: KeyboardEvent): void => this.handle(event);
    this.document.addEventListener('keydown', onKey);
    inject(DestroyRef).onDestroy(() => this.document.removeEventListener('keydown', onKey));
  }

  /** @returns takes the keys back; within an injection context use `inject(DestroyRef).onDestroy(…)` */
  register(keys: Readonly<Record<string, ShortcutAction>>): () => void {
    const own = Object.entries(keys);
    for (const [key, action] of own) this.actions.set(key, [action, ...(this.actions.get(key) ?? [])]);
    return () => {
      for (const [key, action] of own) {
        this.actions.set(
          key,
          (this.actions.get(key) ?? []).filter((other) => other !== action),
        );
      }
    };
  }

  private handle(event: KeyboardEvent): void {
    const name = keyName(event);
    const hasModifier = event.ctrlKey || event.metaKey;
    if (event.defaultPrevented || (isTyping(event.target) && !hasModifier)) return;
    if (this.document.querySelector('.cdk-overlay-backdrop, [role=menu]') && !hasModifier) return; // a dialog or menu is open
    const after = this.prefix && event.timeStamp - this.prefix.at < 1_000 ? `${this.prefix.key} ${name}` : undefined;
    this.prefix = { key: name, at: event.timeStamp };
    for (const action of [...((after && this.actions.get(after)) || []), ...(this.actions.get(name) ?? [])]) {
      if (action(event) === false) continue;
      event.preventDefault();
      this.prefix = undefined;
      return;
    }
  }
}
