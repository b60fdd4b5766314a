import { Socket } from 'node:net';
import type { ChaosAgent } from './chaos-agent.js';

type Written = (error?: Error | null) => void;

/** A connection to PostgreSQL that chaos can slow and cut. What it writes in one go is about one statement. */
export class ChaosSocket extends Socket {
  constructor(private readonly agent: ChaosAgent) {
    super();
    agent.sockets.add(this);
    this.once('close', () => agent.sockets.delete(this));
  }

  override connect(...args: unknown[]): this {
    if (!this.agent.database.isClosed) return super.connect(...(args as Parameters<Socket['connect']>));
    const refused = Object.assign(new Error('the database was cut off by chaos mode'), { code: 'ECONNREFUSED' });
    process.nextTick(() => this.destroy(refused));
    return this;
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: Written): void {
    this.late(() => super._write(chunk, encoding, done));
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], done: Written): void {
    this.late(() => super._writev!(chunks, done));
  }

  private late(write: () => void): void {
    const found = this.agent.hit('slowDatabase');
    if (found === undefined) return write();
    this.agent.record({ kind: 'slowDatabase', target: `${this.agent.id} – database`, ms: found.ms });
    setTimeout(write, found.ms);
  }
}
