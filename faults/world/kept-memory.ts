import { once } from 'node:events';
import WebSocket from 'ws';
import type { TestProcess } from '#libs/testing';

/** NODE_OPTIONS of a process that is to be asked: its inspector, once it is woken, takes a port of its own. */
export const inspectable = '--inspect-port=127.0.0.1:0';

const answersWithinMs = 30_000;
/** By number of the process: an inspector tells once where it listens. */
const inspectors = new Map<number, string>();

/**
 * What a process still holds after a full garbage collection, MiB: objects and buffers. How large its heap has become under load,
 * and stays, says nothing about that.
 */
export async function keptMiB(process: TestProcess): Promise<number> {
  const socket = new WebSocket(await inspectorOf(process), { perMessageDeflate: false });
  try {
    const signal = AbortSignal.timeout(answersWithinMs);
    await once(socket, 'open', { signal });
    await ask(socket, { id: 1, method: 'HeapProfiler.collectGarbage' }, signal);
    const expression = 'JSON.stringify(process.memoryUsage())';
    const answer = await ask(socket, { id: 2, method: 'Runtime.evaluate', params: { expression } }, signal);
    const { heapUsed, external } = JSON.parse(answer) as NodeJS.MemoryUsage;
    return (heapUsed + external) / 1_048_576;
  } finally {
    socket.terminate();
  }
}

async function inspectorOf(process: TestProcess): Promise<string> {
  const pid = process.pid!;
  const known = inspectors.get(pid);
  if (known !== undefined) return known;
  const from = process.lines.length;
  globalThis.process.kill(pid, 'SIGUSR1'); // wakes it
  const address = /ws:\S+/.exec(await process.line(/Debugger listening on ws:/, { from }))![0];
  inspectors.set(pid, address);
  return address;
}

/** @returns the value of an expression, or nothing */
async function ask(
  socket: WebSocket,
  question: { id: number; method: string; params?: object },
  signal: AbortSignal,
): Promise<string> {
  socket.send(JSON.stringify(question));
  for (;;) {
    const [raw] = (await once(socket, 'message', { signal })) as [Buffer];
    const reply = JSON.parse(String(raw)) as { id?: number; result?: { result?: { value?: string } } };
    if (reply.id === question.id) return reply.result?.result?.value ?? '';
  }
}
