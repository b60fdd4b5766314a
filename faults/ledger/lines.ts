import type { Socket } from 'node:net';

/** Calls `take` with every whole line that comes. (readline hands errors of its input on to whoever does not listen.) */
export function onLines(socket: Socket, take: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) take(line);
  });
}
