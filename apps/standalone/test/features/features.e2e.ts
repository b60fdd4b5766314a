import { acting } from './acting.js';
import { asks } from './asks.js';
import { blocks } from './blocks.js';
import { children } from './children.js';
import { data } from './data.js';
import type { Feature } from './feature.js';
import { handlers } from './handlers.js';
import { saga } from './saga.js';
import { type RunningTarget, targets } from './target.js';
import { waiting } from './waiting.js';

const subjects: Record<string, readonly Feature[]> = { waiting, asks, blocks, children, saga, acting, handlers, data };
const features = Object.values(subjects).flat();

/** All features run side by side on one server: they take as long as the slowest, and get into one another's way as users do. */
describe.each(targets)('the workflow language on $name', (target) => {
  let running: RunningTarget;
  const outcomes = new Map<Feature, Promise<unknown>>();

  beforeAll(async () => {
    running = await target.start();
    for (const feature of features) {
      const [, run] = feature;
      outcomes.set(
        feature,
        run(running).catch((error: unknown) => error),
      );
    }
  }, 120_000);
  afterAll(() => running?.[Symbol.asyncDispose](), 60_000);

  describe.each(Object.entries(subjects))('%s', (_, some) => {
    it.each(some.map((feature) => [feature[0], feature] as const))(
      '%s',
      async (__, feature) => {
        const problem = await outcomes.get(feature);
        if (problem !== undefined) throw problem as Error;
      },
      120_000,
    );
  });

  it('every instance is stored as its history says, and whatever waits can be woken', async () => {
    await Promise.all(outcomes.values());
    expect(await running.verify()).toMatchObject({ violations: 0, found: [] });
  }, 60_000);
});
