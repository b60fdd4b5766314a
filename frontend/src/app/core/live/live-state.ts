/** Where the live connection stands, and what happens next: a pure transition, so that every path can be tested. */

export type LivePhase = 'connecting' | 'live' | 'stale' | 'reconnecting' | 'polling' | 'offline' | 'sleeping';

export interface LiveState {
  readonly phase: LivePhase;
  /** Failed attempts in a row; a connection that did not last is one of them. */
  readonly failures: number;
  /** Epoch ms, of the present connection. */
  readonly openedAt: number | undefined;
  /** Whether a socket has ever opened: if not, sockets may be blocked on the way, and asking is tried instead. */
  readonly hasOpened: boolean;
  /** Epoch ms of the next attempt, while one is planned. */
  readonly retryAt: number | undefined;
  /** By the user; what arrives is held back. */
  readonly isPaused: boolean;
}

export type LiveEvent =
  | { readonly type: 'opened'; readonly now: number }
  | { readonly type: 'heard' }
  /** Nothing heard for longer than a ping takes. */
  | { readonly type: 'silent' }
  | { readonly type: 'closed'; readonly now: number; readonly draw: number }
  | { readonly type: 'polled'; readonly isReachable: boolean }
  | { readonly type: 'hidden' }
  | { readonly type: 'shown' }
  | { readonly type: 'paused'; readonly isPaused: boolean };

export const initialLiveState: LiveState = {
  phase: 'connecting',
  failures: 0,
  openedAt: undefined,
  hasOpened: false,
  retryAt: undefined,
  isPaused: false,
};

/** After so many failures in a row the network is said to be down, and asking by REST begins. */
export const failuresUntilPolling = 3;
const firstDelayMs = 500;
const maxDelayMs = 15_000;
/** A connection that lasted less was no success: a server that takes connections and dies must not be run down by all its consoles. */
const steadyMs = 10_000;

/**
 * Wait before the next attempt, doubled each time, spread over its upper half so that many tabs do not return together.
 * @param failures in a row, ≥ 1
 * @param draw     uniform in [0, 1)
 * @returns milliseconds
 */
export function reconnectDelayMs(failures: number, draw: number): number {
  const nominal = Math.min(firstDelayMs * 2 ** (failures - 1), maxDelayMs);
  return Math.round(nominal * (0.5 + draw / 2));
}

export function nextLiveState(state: LiveState, event: LiveEvent): LiveState {
  switch (event.type) {
    case 'opened':
      return { ...state, phase: 'live', openedAt: event.now, hasOpened: true, retryAt: undefined };
    case 'heard':
      return state.phase === 'stale' ? { ...state, phase: 'live' } : state;
    case 'silent':
      return state.phase === 'live' ? { ...state, phase: 'stale' } : state;
    case 'closed':
      return state.phase === 'sleeping' ? state : closed(state, event.now, event.draw);
    case 'polled':
      if (state.failures < failuresUntilPolling || state.phase === 'live' || state.phase === 'sleeping') return state;
      return { ...state, phase: event.isReachable ? 'polling' : 'offline' };
    case 'hidden':
      return { ...state, phase: 'sleeping', retryAt: undefined };
    case 'shown':
      return state.phase === 'sleeping' ? { ...state, phase: 'connecting', failures: 0 } : state;
    case 'paused':
      return { ...state, isPaused: event.isPaused };
  }
}

function closed(state: LiveState, now: number, draw: number): LiveState {
  const wasSteady = state.openedAt !== undefined && now - state.openedAt >= steadyMs;
  const failures = wasSteady ? 1 : state.failures + 1;
  const isGivenUp = state.phase === 'polling' || state.phase === 'offline';
  const retryAt = now + reconnectDelayMs(failures, draw);
  return { ...state, phase: isGivenUp ? state.phase : 'reconnecting', failures, openedAt: undefined, retryAt };
}
