import { inject, Injectable } from '@angular/core';
import { LiveAnnouncer } from '@angular/cdk/a11y';

/** At most one sentence each five seconds through the polite live region; of several the last is said. */
@Injectable({ providedIn: 'root' })
export class Announcer {
  private readonly live = inject(LiveAnnouncer);
  private next: string | undefined;
  private quietUntil = 0;

  say(sentence: string): void {
    const wait = this.quietUntil - Date.now();
    if (wait > 0) {
      if (this.next === undefined) setTimeout(() => this.sayNext(), wait);
      this.next = sentence;
      return;
    }
    this.quietUntil = Date.now() + 5_000;
    void this.live.announce(sentence, 'polite');
  }

  private sayNext(): void {
    const sentence = this.next;
    this.next = undefined;
    if (sentence !== undefined) this.say(sentence);
  }
}
