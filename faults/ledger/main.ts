import { type FileHandle, open } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { type LedgerEntry, monoMs } from './ledger-record.js';
import { onLines } from './lines.js';

/**
 * The ledger: a process of its own beside the product, never killed. Each line that comes in is appended to its file and on disk before it is
 * answered with `1` (taken; for effects: the first with its key) or `0` (an effect with this key was there before). A connection that says
 * `watch` is sent every line from then on, as soon as it is on disk. `node main.js <file> <port>`
 */
interface Waiting {
  readonly line: string;
  readonly answer: '0' | '1';
  readonly socket: Socket;
}

const [path = '', port = ''] = process.argv.slice(2);
const watchers = new Set<Socket>();
const keys = new Set<string>();
let waiting: Waiting[] = [];
let isWriting = false;
let count = 0;

function take(socket: Socket, text: string): void {
  const entry = JSON.parse(text) as LedgerEntry;
  const isApplied = entry.kind === 'effect' && !keys.has(entry.key);
  if (isApplied) keys.add(entry.key);
  count += 1;
  const line = JSON.stringify({ no: count, atMs: monoMs(), isApplied, ...entry });
  waiting.push({ line, answer: entry.kind === 'effect' && !isApplied ? '0' : '1', socket });
}

/** All that has come meanwhile with one write and one flush. */
async function write(file: FileHandle): Promise<void> {
  if (isWriting) return;
  isWriting = true;
  while (waiting.length > 0) {
    const batch = waiting;
    waiting = [];
    const text = batch.map(({ line }) => `${line}\n`).join('');
    await file.appendFile(text);
    await file.datasync();
    for (const watcher of watchers) watcher.write(text);
    for (const { socket, answer } of batch) if (!socket.destroyed) socket.write(`${answer}\n`);
  }
  isWriting = false;
}

const file = await open(path, 'a');
createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined).on('close', () => watchers.delete(socket));
  onLines(socket, (text) => {
    if (text === 'watch') watchers.add(socket);
    else take(socket, text);
    void write(file);
  });
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('ledger ready\n'));
