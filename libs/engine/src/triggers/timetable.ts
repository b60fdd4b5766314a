import { Cron } from 'croner';

const FIELDS = [5, 6];

/**
 * When a schedule is due, by the clocks of its zone. Pure: it reads no clock.
 * On the days these change, a time of day they skip is due when they have skipped it, one they show twice the first time only;
 * what is due every hour (or minute, or second) is due every hour that passes.
 */
export class Timetable {
  private readonly cron: Cron;

  /**
   * @param cron     five fields, or six with seconds first, or `@daily` and its like
   * @param timezone IANA name
   * @throws Error in words: not a cron expression, or not a zone
   */
  constructor(cron: string, timezone: string) {
    const fields = cron.trim().split(/\s+/);
    if (!cron.trim().startsWith('@') && !FIELDS.includes(fields.length))
      throw new TypeError(`it has ${fields.length} field${fields.length === 1 ? '' : 's'} and not five or six`);
    if (!isTimezone(timezone)) throw new TypeError(`its time zone is not one: ${JSON.stringify(timezone.slice(0, 60))}`);
    this.cron = new Cron(cron, { paused: true, timezone });
  }

  /** @returns the first slot after a moment, epoch ms; undefined when there is none any more */
  next(afterMs: number): number | undefined {
    return this.cron.nextRun(new Date(afterMs))?.getTime();
  }

  /** Slots after `afterMs` and before `beforeMs`, the first `most` of them. */
  between(afterMs: number, beforeMs: number, most: number): number[] {
    const slots: number[] = [];
    for (let at = this.next(afterMs); at !== undefined && at < beforeMs && slots.length < most; at = this.next(at))
      slots.push(at);
    return slots;
  }
}

/** Is it the name of a zone that this machine knows? */
export function isTimezone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
