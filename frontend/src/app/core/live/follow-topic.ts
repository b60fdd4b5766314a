import { DestroyRef, effect, inject, untracked } from '@angular/core';
import { LiveConnection, type LiveSubscription } from './live-connection';

/**
 * Follows a topic for as long as the component lives, and anew whenever a signal read in `describe` changes.
 * @param describe undefined: nothing to follow now
 */
export function followTopic(describe: () => LiveSubscription | undefined): void {
  const live = inject(LiveConnection);
  let end: (() => void) | undefined;
  effect(() => {
    const subscription = describe();
    untracked(() => {
      end?.();
      end = subscription && live.subscribe(subscription);
    });
  });
  inject(DestroyRef).onDestroy(() => end?.());
}
