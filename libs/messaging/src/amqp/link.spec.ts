import { type AddressInfo, createServer, Socket } from 'node:net';
import { Writable } from 'node:stream';
import { jest } from '@jest/globals';
import { amqpSettings } from './amqp-options.js';
import { openLink, writeTogether } from './link.js';

/** Remembers what left together. */
class Recorder extends Writable {
  readonly left: string[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.left.push(chunk.toString());
    done();
  }

  override _writev(chunks: readonly { chunk: Buffer }[], done: () => void): void {
    this.left.push(chunks.map(({ chunk }) => chunk.toString()).join('+'));
    done();
  }
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('openLink', () => {
  it('waits for no other packet before it sends one', async () => {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const setNoDelay = jest.spyOn(Socket.prototype, 'setNoDelay');
    try {
      const url = `amqp://127.0.0.1:${(server.address() as AddressInfo).port}`;
      await expect(openLink(amqpSettings({ url }), 'publishing')).rejects.toThrow();
      expect(setNoDelay.mock.calls).toEqual([[true]]);
    } finally {
      setNoDelay.mockRestore();
      server.close();
    }
  });
});

describe('writeTogether', () => {
  it('lets what is written in one turn leave with one system call, in order, before the next turn', async () => {
    const socket = new Recorder();
    writeTogether(socket);
    for (const chunk of ['a', 'b', 'c']) socket.write(chunk);
    await turn();
    expect(socket.left).toEqual(['a+b+c']);
    socket.write('d');
    await turn();
    expect(socket.left).toEqual(['a+b+c', 'd']);
  });

  it('loses nothing when the socket is ended in the same turn, and leaves a destroyed one alone', async () => {
    const socket = new Recorder();
    writeTogether(socket);
    socket.write('a');
    socket.end();
    await turn();
    expect(socket.left.join('')).toBe('a');
    const dropped = new Recorder();
    writeTogether(dropped);
    dropped.write('a');
    dropped.destroy();
    await turn();
    expect(dropped.left).toEqual([]);
  });

  it('still says when the buffer is full, and when there is room again', async () => {
    const socket = new Recorder({ highWaterMark: 2 });
    writeTogether(socket);
    expect(socket.write('abc')).toBe(false);
    await new Promise((resolve) => socket.once('drain', resolve));
    expect(socket.left).toEqual(['abc']);
  });
});
