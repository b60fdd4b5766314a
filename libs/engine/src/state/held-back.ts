import type { InstanceState } from './instance-state.js';

/** Does no step begin now, though some are ready? It is paused, or not yet granted what its definition limits. */
export const isHeldBack = (state: InstanceState): boolean => state.pausedAt !== undefined || isAtGate(state);

/** What is being stopped or undone asks for nothing more, and waits for nothing. */
export const isAtGate = ({ gates, closing, undone }: InstanceState): boolean =>
  gates.length > 0 && closing === undefined && undone === undefined;
