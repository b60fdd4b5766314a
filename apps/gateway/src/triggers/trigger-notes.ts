import { type BeforeApplicationShutdown, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { type TriggerMark, TriggerMarks } from '#libs/persistence';

const writeEveryMs = 1_000;

/** What hooks and message triggers have done last, written once a second: their rows must not be in everybody's way. */
@Injectable()
export class TriggerNotes implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly last = new Map<string, TriggerMark>();
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;

  constructor(private readonly marks: TriggerMarks) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => (this.writing ??= this.write().finally(() => (this.writing = undefined))), writeEveryMs);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    await this.write();
  }

  ran(name: string, mark: TriggerMark): void {
    this.last.set(name, mark);
  }

  /** One that cannot be written is made up for by the next. */
  private async write(): Promise<void> {
    const marks = [...this.last];
    this.last.clear();
    for (const [name, mark] of marks) await this.marks.ran(name, mark).catch(() => undefined);
  }
}
