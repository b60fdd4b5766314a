import fc from 'fast-check';
import { fuzzRuns, fuzzSeedWords } from '#libs/testing';
import { acquaint } from './acquaintances.js';
import type { FuzzedProduct } from './fuzzed-product.js';
import { type OpenApi, placesOf, requestsOf } from './rest-requests.js';

/** Every operation of the published contract. */
export function describeRest(opened: () => FuzzedProduct): void {
  it(`any request of any operation is done or refused with words (${fuzzSeedWords})`, async () => {
    const product = opened();
    const document = (await (await fetch(`${product.url}/api/openapi.json`)).json()) as OpenApi;
    const around = { schemas: document.components.schemas, known: await acquaint(product) };
    const requests = fc.oneof(...placesOf(document).map((place) => requestsOf(place, around)));
    await fc.assert(
      fc.asyncProperty(requests, async (request) => void (await product.judged(request))),
      fuzzRuns(1_000, 12_000),
    );
    await product.expectWell();
  });
}
