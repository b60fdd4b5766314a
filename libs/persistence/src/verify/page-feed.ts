import type { DataSource } from 'typeorm';

/** A page ends with the instance that fills it up to this many events, or at this many instances. */
const PAGE_EVENTS = 10_000;
const PAGE_INSTANCES = 1_000;

/** Hands out all instances by id, in pages, to several readers; what begins behind it meanwhile is not looked at. */
export class PageFeed {
  private after = '00000000-0000-0000-0000-000000000000';
  private turn: Promise<unknown> = Promise.resolve();
  private ahead: { id: string; seq: number }[] = [];
  private isOver = false;

  constructor(private readonly dataSource: DataSource) {}

  /** Ids of the next page, at least one; empty at the end, and once it was closed. */
  next(): Promise<string[]> {
    const page = this.turn.then(() => this.take());
    this.turn = page.catch(() => undefined);
    return page;
  }

  close(): void {
    this.isOver = true;
  }

  private async take(): Promise<string[]> {
    if (this.ahead.length === 0 && !this.isOver) {
      this.ahead = await this.dataSource.query(
        `SELECT id, seq FROM workflow_instances WHERE id > $1 ORDER BY id LIMIT ${PAGE_INSTANCES}`,
        [this.after],
      );
      this.after = this.ahead.at(-1)?.id ?? this.after;
    }
    if (this.isOver) return [];
    let events = 0;
    const end = this.ahead.findIndex(({ seq }, index) => (events += seq) > PAGE_EVENTS && index > 0);
    return this.ahead.splice(0, end < 0 ? this.ahead.length : end).map(({ id }) => id);
  }
}
