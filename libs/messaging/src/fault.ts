/**
 * Told what no caller waits for. `warn`: the broker or the way to it is in trouble, and the transport goes on by itself.
 * `error`: a bug of ours, such as a delivery handler that threw.
 */
export type FaultListener = (error: unknown, where: string, severity: 'warn' | 'error') => void;
