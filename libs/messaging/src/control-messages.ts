import { defaultTenant, exchanges, type DrainOrder } from '#libs/contracts';
import { encodeEnvelope } from './codec.js';
import type { OutgoingMessage } from './transport.js';

/** Asks all workers to announce themselves now. */
export const rollCall = (): OutgoingMessage => controlMessage({ kind: 'rollCall' });

/** Tells one worker to take nothing new, or to take work again. */
export const drainOrder = (worker: string, isOn: boolean): OutgoingMessage =>
  controlMessage({ kind: 'drain', worker, isOn } satisfies Omit<DrainOrder, 'v' | 'tenant'>);

const controlMessage = (content: { kind: string; worker?: string; isOn?: boolean }): OutgoingMessage => ({
  exchange: exchanges.control,
  routingKey: '',
  persistent: false,
  type: content.kind,
  content: encodeEnvelope({ v: 1, tenant: defaultTenant, ...content }),
});
