/** Shows the stages of the start: one line each, with progress while it lasts on a terminal. */
export class Progress {
  constructor(
    private readonly out: NodeJS.WriteStream = process.stdout,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * @param title what is being done, e.g. `PostgreSQL`
   * @param work gets a function to report how far it is; what it returns is shown by `describe` when done
   */
  async stage<T>(
    title: string,
    work: (report: (note: string) => void) => Promise<T>,
    describe: (result: T) => string = () => '',
  ): Promise<T> {
    const since = this.now();
    const report = (note: string): void => {
      if (this.out.isTTY) this.out.write(`\r\u001b[K… ${title}: ${note}`);
    };
    try {
      const result = await work(report);
      const text = describe(result);
      this.finish('✓', text === '' ? title : `${title}: ${text}`, since);
      return result;
    } catch (error) {
      this.finish('✗', title, since);
      throw error;
    }
  }

  /** A line of its own. */
  say(text: string): void {
    this.out.write(`${text}\n`);
  }

  private finish(glyph: string, text: string, since: number): void {
    this.out.write(`${this.out.isTTY ? '\r\u001b[K' : ''}${glyph} ${text} (${((this.now() - since) / 1000).toFixed(1)} s)\n`);
  }
}
