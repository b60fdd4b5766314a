/** Work asked for on a tick: never twice at once, and not any more when the process ends. */
export class OneAtATime {
  private running: Promise<void> | undefined;
  isClosed = false;

  /** @param onError of work that broke off; the next tick tries again */
  constructor(
    private readonly work: () => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  async run(): Promise<void> {
    if (this.running !== undefined || this.isClosed) return;
    this.running = this.work()
      .catch(this.onError)
      .finally(() => (this.running = undefined));
    await this.running;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.running;
  }
}
