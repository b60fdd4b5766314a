import { queueCases } from './queue-cases.js';
import { consumerCases } from './consumer-cases.js';
import { publishingCases } from './publishing-cases.js';
import { lossCases } from './loss-cases.js';
import { Bench, type TransportWorld } from './world.js';

export type { TransportWorld } from './world.js';

/** What every adapter of the port must do: run on the in-process twin and on the real broker. */
export function describeTransport(name: string, open: () => Promise<TransportWorld>): void {
  describe(`transport ${name}`, () => {
    let bench: Bench;
    beforeAll(async () => {
      bench = new Bench(await open());
    });
    afterEach(() => bench.clear());
    afterAll(() => bench.world.close());

    publishingCases(() => bench);
    consumerCases(() => bench);
    queueCases(() => bench);
    lossCases(() => bench);
  });
}
