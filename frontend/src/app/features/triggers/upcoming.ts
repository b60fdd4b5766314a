import { inject, Injectable, signal } from '@angular/core';
import type { NextTimes, Trigger } from '@contracts/rest/triggers';
import { TriggersApi } from '../../core/api/triggers-api';

const shownTimes = 3;
/** Questions under way at once. */
const atOnce = 4;

/** The next times of the schedules in a list, asked for once, and anew when one has fired or was changed. */
@Injectable()
export class Upcoming {
  private readonly api = inject(TriggersApi);
  private readonly known$ = signal<ReadonlyMap<string, NextTimes>>(new Map());
  /** By name; absent: not known yet. */
  readonly known = this.known$.asReadonly();
  /** What an answer belongs to: the same again is not asked. */
  private readonly asked = new Map<string, string>();
  private waiting: Trigger[] = [];
  private open = 0;

  want(triggers: readonly Trigger[]): void {
    for (const trigger of triggers) {
      const mark = `${trigger.nextAt} ${trigger.changedAt}`;
      if (trigger.kind !== 'schedule' || this.asked.get(trigger.name) === mark) continue;
      this.asked.set(trigger.name, mark);
      this.waiting.push(trigger);
    }
    while (this.open < atOnce && this.waiting.length > 0) void this.ask(this.waiting.shift()!);
  }

  private async ask({ name }: Trigger): Promise<void> {
    this.open += 1;
    try {
      const times = await this.api.next(name, shownTimes);
      this.known$.update((known) => new Map(known).set(name, times));
    } catch {
      this.asked.delete(name); // the list itself says what is wrong; the next look asks again
    }
    this.open -= 1;
    this.want([]);
  }
}
