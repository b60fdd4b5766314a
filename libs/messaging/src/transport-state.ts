import type { TransportState } from './transport.js';

/** The state of a transport and whoever listens to it. */
export class StateSignal {
  private current: TransportState = 'disconnected';
  private readonly listeners = new Set<(state: TransportState) => void>();

  get value(): TransportState {
    return this.current;
  }

  set(state: TransportState): void {
    if (state === this.current || this.current === 'closed') return;
    this.current = state;
    for (const listener of [...this.listeners]) listener(state);
  }

  listen(listener: (state: TransportState) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
