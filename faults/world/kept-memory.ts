import { once } from 'node:events';
import WebSocket from 'ws';
import type { TestProcess } from '#libs/testing';

/** NODE_OPTIONS of a process that is to be asked: its inspector, once it is woken, takes a port of its own. */
export const inspectable = '--inspect-port=127.0.0.1:0';

/**
 * What a process still holds after a full garbage collection, MiB: objects and buffers. How large its heap has become under load,
 * and stays, says nothing about that.
 */
export async function keptMiB(process: TestProcess): Promise<number> {
  globalThis.process.kill(process.pid!, 'SIGUSR1'); // wakes the inspector
  const address = /ws:\S+/.exec(await process.line(/Debugger listening on ws:/))![0];
  const socket = new WebSocket(address, { perMessageDeflate: false });
  try {
    await once(socket, 'open');
    await ask(socket, 1, 'HeapProfiler.collectGarbage');
    const answer = await ask(socket, 2, 'Runtime.evaluate', { expression: 'JSON.stringify(process.memoryUsage())' });
    const { heapUsed, external } = JSON.parse(answer) as NodeJS.MemoryUsage;
    return (heapUsed + external) / 1_048_576;
  } finally {
    socket.terminate();
  }
}

/** @returns the value of an expression, or nothing */
async function ask(socket: WebSocket, id: number, method: string, params: object = {}): Promise<string> {
  socket.send(JSON.stringify({ id, method, params }));
  for (;;) {
    const [raw] = (await once(socket, 'message')) as [Buffer];
    const reply = JSON.parse(String(raw)) as { id?: number; result?: { result?: { value?: string } } };
    if (reply.id === id) return reply.result?.result?.value ?? '';
  }
}
