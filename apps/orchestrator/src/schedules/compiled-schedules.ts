import { compileTrigger, type Problem, type ScheduleTrigger, Timetable } from '#libs/engine';
import type { TriggerRow } from '#libs/persistence';

export interface CompiledSchedule {
  readonly schedule: ScheduleTrigger;
  readonly timetable: Timetable;
}

const keptAtMost = 10_000;

/** Schedules ready to be decided; one is good as long as its revision is. The least recently used go first. */
export class CompiledSchedules {
  private readonly compiled = new Map<string, CompiledSchedule & { readonly revision: number }>();

  /** @returns what is wrong with it when it does not compile: it was kept by another version of ours */
  of({ tenant, name, revision, spec }: TriggerRow): CompiledSchedule | { readonly problem: Problem } {
    const key = `${tenant} ${name}`;
    const known = this.compiled.get(key);
    this.compiled.delete(key);
    if (known?.revision === revision) {
      this.compiled.set(key, known);
      return known;
    }
    const { trigger, problems } = compileTrigger(spec);
    if (trigger?.kind !== 'schedule') return { problem: problems[0]! };
    const fresh = { schedule: trigger, timetable: new Timetable(trigger.cron, trigger.timezone), revision };
    this.compiled.set(key, fresh);
    if (this.compiled.size > keptAtMost) this.compiled.delete(this.compiled.keys().next().value!);
    return fresh;
  }
}
