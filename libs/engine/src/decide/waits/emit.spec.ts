import { effects } from '../../effects/effects.js';
import type { JsonObject } from '../../model/json.js';
import type { VirtualShell } from '../../testing/virtual-shell.js';
import { started } from '../../testing/waiting.js';

const emit = (more: JsonObject): JsonObject => ({ id: 'tell', type: 'emit', ...more });
const tokenOf = (shell: VirtualShell): number => shell.state.step('tell').token!;
const event = { name: 'paid', key: '${input.id}', payload: { cents: '${input.cents}' } };

describe('emit', () => {
  it('asks the shell to send what was evaluated, and outputs what became of it', () => {
    const shell = started([emit({ event })], {}, { id: 17, cents: 5 });
    const sent = { name: 'paid', key: '17', payload: { cents: 5 } };
    expect(shell.state.step('tell')).toMatchObject({ status: 'waiting', wait: { kind: 'emit', event: sent } });
    expect(effects(shell.state, shell.history).filter(({ kind }) => kind === 'emit')).toEqual([
      { kind: 'emit', path: 'tell', token: tokenOf(shell), event: sent },
    ]);
    shell.tell({ type: 'emitted', path: 'tell', token: tokenOf(shell), output: { matched: 1, kept: 0 } });
    expect(shell.state.output).toEqual({ matched: 1, kept: 0 });
    expect(effects(shell.state, shell.history).some(({ kind }) => kind === 'emit')).toBe(false);
  });

  it('sends a message to the broker', () => {
    const message = { exchange: 'shop', routingKey: 'order.${input.id}', body: { n: '${input.id}' } };
    const shell = started([emit({ message })], {}, { id: 17 });
    expect(shell.state.step('tell').wait).toEqual({
      kind: 'emit',
      message: { exchange: 'shop', routingKey: 'order.17', headers: {}, body: { n: 17 } },
    });
  });

  it('fails when the broker refuses', () => {
    const shell = started([emit({ event })], {}, { id: 1, cents: 5 });
    const failure = { code: 'EMIT_REFUSED', message: 'no such exchange', retryable: false };
    shell.tell({ type: 'emitFailed', path: 'tell', token: tokenOf(shell), failure });
    expect(shell.state.error).toMatchObject({ code: 'EMIT_REFUSED', path: 'tell' });
  });

  it('refuses answers that are not of this request', () => {
    const shell = started([emit({ event })], {}, { id: 1, cents: 5 });
    const told = (path: string, token: number) => shell.tell({ type: 'emitted', path, token, output: null });
    expect(told('tell', 1)).toEqual({ accepted: false, reason: 'staleAttempt' });
    expect(told('other', 1)).toEqual({ accepted: false, reason: 'unknownStep' });
  });

  it.each([
    ['a key that is none', { event: { ...event, key: '${input.list}' } }],
    ['a message without an exchange', { message: { exchange: '${input.none}', body: 1 } }],
    ['headers that are none', { message: { exchange: 'x', headers: '${input.list}' } }],
  ])('fails with %s', (_what, fields) => {
    const shell = started([emit(fields)], {}, { id: 1, cents: 5, list: [], none: '' });
    expect(shell.state.error).toMatchObject({ code: 'EXPRESSION_FAILED', path: 'tell' });
  });
});
