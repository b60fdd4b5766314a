import { type BeforeApplicationShutdown, Injectable } from '@nestjs/common';
import type { InstanceId } from '#libs/engine';
import { type DecidedInbox, InboxDoor } from '#libs/persistence';
import { stepAside } from '../admission/passes.js';

/** An owner on the same machine has decided within a few ms; one that is busy is not asked more often than this. */
const firstPollMs = 4;
const longestPollMs = 100;

interface Waiter {
  readonly instanceId: InstanceId;
  readonly id: string;
  readonly done: (decided: DecidedInbox | undefined) => void;
}

/** Waits for what owners decide about inbox rows: one question to the database for all that wait, however many they are. */
@Injectable()
export class OutcomeWatch implements BeforeApplicationShutdown {
  private readonly waiting = new Set<Waiter>();
  private timer: NodeJS.Timeout | undefined;
  private pollMs = firstPollMs;
  private isClosing = false;

  constructor(private readonly inbox: InboxDoor) {}

  beforeApplicationShutdown(): void {
    // Requests that wait are answered now, or the server could not close.
    this.isClosing = true;
    clearTimeout(this.timer);
    for (const waiter of [...this.waiting]) waiter.done(undefined);
  }

  /** @returns undefined when it was not decided in time, or too many wait already */
  wait(instanceId: InstanceId, id: string, timeoutMs: number): Promise<DecidedInbox | undefined> {
    if (this.isClosing || timeoutMs <= 0 || !stepAside()) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.done(undefined), timeoutMs);
      const waiter: Waiter = {
        instanceId,
        id,
        done: (decided) => {
          clearTimeout(timer);
          this.waiting.delete(waiter);
          resolve(decided);
        },
      };
      this.waiting.add(waiter);
      this.pollSoon(firstPollMs);
    });
  }

  private pollSoon(inMs: number): void {
    this.pollMs = inMs;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.poll(), inMs);
  }

  private async poll(): Promise<void> {
    const asked = [...this.waiting];
    const nextMs = Math.min(this.pollMs * 2, longestPollMs);
    try {
      const decided = await this.inbox.outcomes(asked);
      asked.forEach((waiter, place) => decided[place] && waiter.done(decided[place]));
    } catch {
      // The database is away: those who wait find out when their time is over.
    }
    if (this.waiting.size > 0 && !this.isClosing) this.pollSoon(nextMs);
  }
}
