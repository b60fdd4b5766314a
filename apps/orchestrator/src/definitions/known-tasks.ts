import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DefinitionStore } from '#libs/persistence';
import { WorkerDirectory } from '../workers/worker-directory.js';

const everyMs = 1_000;
/** A registration may become visible so much later than it says it was made. */
const overlapMs = 60_000;

/**
 * Tasks that a registered definition or a worker names, now or ever: what a computed `task` may be. That nobody serves one at the moment
 * says nothing, so a pause of all workers fails no step.
 */
@Injectable()
export class KnownTasks {
  private readonly logger = new Logger(KnownTasks.name);
  private readonly named = new Set<string>();
  /** Latest registration that was read, epoch ms; undefined: nothing was yet. */
  private readUntil: number | undefined;

  constructor(
    private readonly definitions: DefinitionStore,
    private readonly workers: WorkerDirectory,
  ) {}

  /** Until the definitions have been read, every task is known. */
  isKnown(task: string): boolean {
    return this.readUntil === undefined || this.named.has(task) || this.workers.isServed(task);
  }

  @Interval(everyMs)
  async refresh(): Promise<void> {
    try {
      const { tasks, readUntil } = await this.definitions.tasksNamed((this.readUntil ?? 0) - overlapMs);
      for (const task of tasks) this.named.add(task);
      this.readUntil = Math.max(this.readUntil ?? 0, readUntil);
    } catch (error) {
      this.logger.warn(`the tasks of definitions could not be read, next try in a second: ${String(error)}`);
    }
  }
}
