import { EventEmitter } from 'node:events';
import { jest } from '@jest/globals';
import { instanceLifecycle } from '#libs/engine';
import { ConfigError } from '../config/config-error.js';
import { createRootLogger } from '../logging/root-logger.js';
import { explain } from './bootstrap.js';
import { handleEndOfProcess, type ProcessLike } from './end-of-process.js';
import { checkLifecycles, lifecycleFaults } from './lifecycle-check.js';
import { StartupError } from './startup-error.js';

const hostile = (): never => {
  throw new Error('do not look');
};
const silent = { info: () => undefined, error: () => undefined, fatal: () => undefined };

function twin() {
  const emitter = new EventEmitter();
  let onExit: (code: number) => void;
  const exited = new Promise<number>((resolve) => (onExit = resolve));
  const target = Object.assign(emitter, { exit: (code: number) => onExit(code) }) as unknown as ProcessLike & EventEmitter;
  return { target, exited };
}

describe('handleEndOfProcess', () => {
  it('closes on SIGTERM and exits 0', async () => {
    const { target, exited } = twin();
    let closed = false;
    handleEndOfProcess({ logger: silent, graceMs: 1_000, close: async () => void (closed = true), process: target });
    target.emit('SIGTERM', 'SIGTERM');
    expect(await exited).toBe(0);
    expect(closed).toBe(true);
  });

  it('exits 1 when closing takes longer than the grace, or fails', async () => {
    const slow = twin();
    handleEndOfProcess({ logger: silent, graceMs: 5, close: () => new Promise(() => undefined), process: slow.target });
    slow.target.emit('SIGINT', 'SIGINT');
    expect(await slow.exited).toBe(1);

    const failing = twin();
    handleEndOfProcess({ logger: silent, graceMs: 1_000, close: () => Promise.reject(new Error('x')), process: failing.target });
    failing.target.emit('SIGINT', 'SIGINT');
    expect(await failing.exited).toBe(1);
  });

  it('exits at once on a second signal, but takes an echo of the first as the same', async () => {
    const { target, exited } = twin();
    let finish: () => void = () => undefined;
    const close = () => new Promise<void>((resolve) => (finish = resolve));
    const clock = jest.spyOn(performance, 'now').mockReturnValue(1_000);
    handleEndOfProcess({ logger: silent, graceMs: 60_000, close, process: target });
    target.emit('SIGINT', 'SIGINT');
    clock.mockReturnValue(1_020);
    target.emit('SIGTERM', 'SIGTERM');
    clock.mockReturnValue(3_000);
    target.emit('SIGINT', 'SIGINT');
    expect(await exited).toBe(130);
    finish();
    clock.mockRestore();
  });

  it('closes when its supervisor is gone', async () => {
    const { target, exited } = twin();
    handleEndOfProcess({ logger: silent, graceMs: 1_000, close: async () => undefined, process: target });
    target.emit('disconnect');
    expect(await exited).toBe(0);
  });

  it.each(['uncaughtException', 'unhandledRejection'])('logs an %s and exits 1', async (event) => {
    const { target, exited } = twin();
    const fatal: unknown[] = [];
    handleEndOfProcess({
      logger: { ...silent, fatal: (...what: unknown[]) => void fatal.push(what) },
      graceMs: 1,
      close: async () => undefined,
      process: target,
    });
    target.emit(event, new Error('bug'));
    expect(await exited).toBe(1);
    expect(fatal).toHaveLength(1);
  });

  it.each([
    [new Error('bug'), 'bug'],
    ['text', 'text'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [Object.create(null), 'an error that cannot be read'],
    [Object.defineProperty(new Error('x'), 'message', { get: hostile }), 'an error that cannot be read'],
    [{ toString: hostile }, 'an error that cannot be read'],
  ])('logs whatever was thrown and exits 1: case %#', async (thrown, message) => {
    const { target, exited } = twin();
    const lines: string[] = [];
    const config = { logLevel: 'info', logFormat: 'json', nodeId: 'n1' } as const;
    const logger = createRootLogger(config, 'worker', { write: (line) => void lines.push(line) });
    handleEndOfProcess({ logger, graceMs: 1, close: async () => undefined, process: target });
    target.emit('unhandledRejection', thrown);
    expect(await exited).toBe(1);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([{ level: 'fatal', err: { message } }]);
  });

  it('exits 1 though nothing can be logged', () => {
    const { target } = twin();
    const exit = jest.spyOn(target, 'exit');
    handleEndOfProcess({ logger: { ...silent, fatal: hostile }, graceMs: 1, close: async () => undefined, process: target });
    expect(() => target.emit('uncaughtException', new Error('bug'))).toThrow('do not look');
    expect(exit).toHaveBeenCalledWith(1);
  });
});

describe('lifecycles', () => {
  it('of the engine are sound', () => {
    expect(() => checkLifecycles()).not.toThrow();
  });

  it('are refused with an unknown target, an unreachable status or a dead end', () => {
    const ended = new Set(['done']);
    expect(lifecycleFaults('t', { start: ['done', 'gone'], done: [], island: ['done'], pit: ['pit'] }, 'start', ended)).toEqual([
      't: start → gone, but there is no status gone',
      't: nothing leads from start to island',
      't: nothing leads from start to pit',
      't: pit never comes to an end',
    ]);
    expect(lifecycleFaults('t', { ...instanceLifecycle }, 'pending', new Set(['completed', 'lost']))).toContain(
      't: the end lost is no status',
    );
  });
});

describe('explain', () => {
  it('says what to do about a taken port', () => {
    const error = Object.assign(new Error('listen'), { code: 'EADDRINUSE', port: 3000, address: '127.0.0.1' });
    expect(explain(error)).toBe('port 3000 of 127.0.0.1 is taken; stop what uses it, or choose another one: PORT=3001');
  });

  it('shows no stack for faults a person can mend, and one for bugs', () => {
    expect(explain(new StartupError('DATA_LOCKED', 'in use'))).toBe('in use');
    expect(explain(new ConfigError([{ variable: 'PORT', message: 'm' }]))).toBe('the configuration has 1 fault:\n  PORT: m');
    expect(explain(new Error('bug'))).toContain('at ');
  });

  it('has words for whatever was thrown', () => {
    expect([null, undefined, 'text', 7].map(explain)).toEqual(['null', 'undefined', 'text', '7']);
    for (const thrown of [Object.create(null), { stack: 7 }, { toString: hostile }])
      expect(explain(thrown)).toBe('an error that cannot be read');
  });
});
