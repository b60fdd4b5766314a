import type { OrquestraClient } from '#libs/client';
import type { Ask, Instance } from '#libs/contracts';
import type { Wait } from '../output/waits.js';

/** Why an instance is open, with what people are asked where one waits for them. */
export async function waitsOf(client: OrquestraClient, { id, waitingFor }: Pick<Instance, 'id' | 'waitingFor'>): Promise<Wait[]> {
  if (!waitingFor.some(({ reason }) => reason === 'ask')) return waitingFor;
  const asks = new Map<string, Ask>();
  for await (const ask of client.listAsks({ instance: id })) asks.set(ask.path, ask);
  return waitingFor.map((wait) => ({ ...wait, ask: asks.get(wait.path) }));
}
