import { DestroyRef, DOCUMENT, inject } from '@angular/core';
import { LiveConnection } from './live-connection';

/** Asks again and again, for as long as the component lives: not while the tab is hidden, the console paused, or an answer outstanding. */
export function pollWhileVisible(everyMs: number, ask: () => Promise<void>): void {
  const [live, document] = [inject(LiveConnection), inject(DOCUMENT)];
  let isAsking = false;
  const timer = setInterval(() => {
    if (isAsking || document.hidden || live.isPaused()) return;
    isAsking = true;
    void ask().finally(() => (isAsking = false));
  }, everyMs);
  inject(DestroyRef).onDestroy(() => clearInterval(timer));
}
