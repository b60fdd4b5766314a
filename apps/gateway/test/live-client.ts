import { WebSocket } from 'ws';
import type { ServerMessage } from '#libs/contracts';

type Of<T extends ServerMessage['type']> = Extract<ServerMessage, { type: T }>;

/** A client of `/live` that keeps what it hears and waits for what a test wants to see. */
export class LiveClient {
  readonly heard: ServerMessage[] = [];
  private readonly waiting = new Set<() => void>();
  closed: { code: number } | undefined;

  private constructor(readonly socket: WebSocket) {
    socket.on('message', (content: Buffer) => {
      this.heard.push(JSON.parse(content.toString()) as ServerMessage);
      this.look();
    });
    socket.on('close', (code) => {
      this.closed = { code };
      this.look();
    });
    socket.on('error', () => undefined);
  }

  /** Resolves when connected; rejects with the status of the refusal. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<LiveClient> {
    const socket = new WebSocket(url.replace('http', 'ws') + '/live', { headers });
    const client = new LiveClient(socket);
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('unexpected-response', (_, response) => reject(new Error(String(response.statusCode))));
      socket.once('error', reject);
    });
    return client;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The first message, heard already or to come, that fits. */
  async until<T extends ServerMessage['type']>(type: T, fits: (message: Of<T>) => boolean = () => true): Promise<Of<T>> {
    const find = (): Of<T> | undefined =>
      this.heard.find((message): message is Of<T> => message.type === type && fits(message as Of<T>));
    await this.when(() => find() !== undefined, `a ${type}`);
    return find() as Of<T>;
  }

  when(isSo: () => boolean, what: string, timeoutMs = 8_000): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!isSo()) return;
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve();
      };
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        reject(new Error(`expected ${what} within ${timeoutMs} ms, heard ${JSON.stringify(this.heard).slice(-2_000)}`));
      }, timeoutMs);
      this.waiting.add(look);
    });
  }

  async close(): Promise<void> {
    this.socket.close();
    await this.when(() => this.closed !== undefined, 'the end');
  }

  private look(): void {
    for (const look of [...this.waiting]) look();
  }
}
