import { OrquestraClient } from '#libs/client';
import type { CountingServer } from '#libs/testing';
import type { Peer } from './peer.js';

/** Where an errand is run: the door it uses, what it may use outside, and names of its own. */
export interface ErrandPlace {
  readonly client: OrquestraClient;
  /** Unlike that of any other round: part of every name and key. */
  readonly round: string;
  readonly outside: CountingServer;
  /** Absent where there is no broker. */
  readonly peer: Peer | undefined;
  /** An instance, and how it must end. */
  readonly expect: (id: string, status: string) => void;
}

/** Something people and systems do, to its end: repeated until it is answered, whatever crashes meanwhile. @throws Error when it has no effect */
export type Errand = (place: ErrandPlace) => Promise<void>;

/** A client that outlasts the crash of its gateway, and the minute for which a request that was cut off stays reserved. */
export const patientClient = (baseUrl: string): OrquestraClient =>
  new OrquestraClient({ baseUrl, retries: 90, timeoutMs: 10_000 });

/** Until it is so. @throws Error with what was expected */
export async function eventually(what: string, holds: () => Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    if (await holds().catch(() => false)) return;
    if (performance.now() > deadline) throw new Error(`expected ${what} within ${timeoutMs / 1_000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export async function start(
  place: ErrandPlace,
  definition: string,
  ends: string,
  input: Readonly<Record<string, string | number>> = {},
): Promise<string> {
  const { id } = await place.client.startInstance({ definition: `errand.${definition}`, input });
  place.expect(id, ends);
  return id;
}

export const several = <T>(count: number, each: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => each(index)));
