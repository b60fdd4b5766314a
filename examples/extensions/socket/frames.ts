import type { Socket } from 'node:net';

/** What travels: a head of JSON and, behind it, bytes as they are. On the wire: length of both (4 bytes), length of the head (4 bytes), head, bytes. */
export interface Frame {
  readonly head: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
}

const none = Buffer.alloc(0);

export function writeFrame(socket: Socket, head: object, bytes: readonly Buffer[] = []): void {
  const text = Buffer.from(JSON.stringify(head));
  const size = bytes.reduce((sum, each) => sum + each.length, 0);
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32BE(4 + text.length + size, 0);
  lengths.writeUInt32BE(text.length, 4);
  socket.cork();
  for (const part of [lengths, text, ...bytes]) socket.write(part);
  socket.uncork();
}

/** Calls `onFrame` for each frame that has arrived whole, in order. */
export function readFrames(socket: Socket, onFrame: (frame: Frame) => void): void {
  let waiting: Buffer[] = [];
  let size = 0;
  socket.on('data', (chunk: Buffer) => {
    waiting.push(chunk);
    size += chunk.length;
    if (size < 4) return;
    let rest = Buffer.concat(waiting);
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32BE(0)) {
      const end = 4 + rest.readUInt32BE(0);
      onFrame(parse(rest.subarray(4, end)));
      rest = rest.subarray(end);
    }
    waiting = rest.length === 0 ? [] : [rest];
    size = rest.length;
  });
}

function parse(frame: Buffer): Frame {
  const length = frame.readUInt32BE(0);
  const head = JSON.parse(frame.subarray(4, 4 + length).toString()) as Frame['head'];
  return { head, bytes: frame.length === 4 + length ? none : frame.subarray(4 + length) };
}
