import type { Abort } from '#libs/contracts';
import { attemptKey } from '../attempts/attempt.js';
import type { AttemptEnds } from '../attempts/attempt-ends.js';
import type { HeldAttempts } from '../attempts/held-attempts.js';
import type { Lanes } from '../attempts/lanes.js';
import type { RecentAborts } from '../attempts/recent-outcomes.js';
import type { Clock } from '../worker/clock.js';

/** Carries out aborts: a running handler is told through its signal, what has not begun ends as cancelled and never begins. */
export class Aborts {
  constructor(
    private readonly parts: {
      readonly held: HeldAttempts;
      readonly recent: RecentAborts;
      readonly ends: AttemptEnds;
      readonly lanes: Lanes;
      readonly clock: Clock;
    },
  ) {}

  apply({ items }: Pick<Abort, 'items'>): void {
    for (const { reason, ...ref } of items) this.abort(attemptKey(ref), reason);
  }

  private abort(key: string, reason: Abort['items'][number]['reason']): void {
    const { held, recent, ends, lanes, clock } = this.parts;
    recent.remember(key); // it may be on its way here
    const attempt = held.get(key);
    if (attempt === undefined) return;
    if (attempt.phase === 'running') attempt.abort(reason);
    else if (attempt.phase === 'waiting') ends.cancelled(attempt, clock.nowMs());
    else if (attempt.phase === 'claiming') {
      attempt.callOff?.();
      ends.cancelled(attempt, clock.nowMs());
      lanes.release(attempt);
    }
  }
}
