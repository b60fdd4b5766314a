import type { TriggerSource } from '../trigger-source.js';
import { RecordingContext } from './recording-context.js';

/** The world a source watches, in the hands of a test. */
export interface TriggerSourceWorld {
  /** A source on this world; several may watch it at once, as several gateways do. */
  create(): TriggerSource;
  /** Something occurs that the source is to tell. */
  occur(): Promise<unknown>;
  /** Whether it tells what occurred while nobody watched. */
  readonly catchesUp: boolean;
  close(): Promise<unknown>;
}

/** What every trigger source must do. @param open a fresh world for each test */
export function describeTriggerSource(name: string, open: () => Promise<TriggerSourceWorld>): void {
  describe(`trigger source ${name}`, () => {
    let world: TriggerSourceWorld;
    const running: { source: TriggerSource; context: RecordingContext }[] = [];
    beforeEach(async () => {
      world = await open();
    });
    afterEach(async () => {
      for (const { source, context } of running.splice(0)) await stop(source, context);
      await world.close();
    });

    const begin = async () => {
      const [source, context] = [world.create(), new RecordingContext()];
      running.push({ source, context });
      await source.start(context);
      return { source, context };
    };
    const stop = async (source: TriggerSource, context: RecordingContext): Promise<void> => {
      context.close();
      await source.stop();
    };
    const end = async (one: { source: TriggerSource; context: RecordingContext }): Promise<void> => {
      running.splice(running.indexOf(one), 1);
      await stop(one.source, one.context);
    };

    it('tells each occurrence under an id of its own', async () => {
      const { context } = await begin();
      for (let occurrence = 0; occurrence < 5; occurrence += 1) await world.occur();
      await context.count(5);
      expect(new Set(context.ids).size).toBe(5);
    });

    it('tells the same occurrence under the same id, whoever watches', async () => {
      const [one, other] = [await begin(), await begin()];
      await world.occur();
      await Promise.all([one.context.count(1), other.context.count(1)]);
      expect(one.context.ids).toEqual(other.context.ids);
    });

    it('goes on after a refusal', async () => {
      const { context } = await begin();
      context.refuseNext = 1;
      await world.occur();
      await context.count(1);
      await world.occur();
      await context.count(2);
    });

    it('tells nothing more once it was stopped', async () => {
      const one = await begin();
      await world.occur();
      await one.context.count(1);
      await end(one);
      const told = one.context.told.length;
      const next = await begin();
      await world.occur();
      await next.context.count(1); // whoever watches has seen it by now
      expect(one.context.told).toHaveLength(told);
    });

    it('stops while its doors are shut', async () => {
      const one = await begin();
      one.context.close();
      await world.occur();
      await end(one);
    });

    it('after a restart tells nothing old under a new id, and what occurred meanwhile if it can know', async () => {
      const first = await begin();
      await world.occur();
      await first.context.count(1);
      await end(first);
      if (world.catchesUp) await world.occur();
      const second = await begin();
      if (!world.catchesUp) await world.occur();
      const isNew = (id: string): boolean => !first.context.ids.includes(id);
      for (let told = 1; !second.context.ids.some(isNew); told += 1) await second.context.count(told);
      expect(second.context.ids.filter(isNew)).toHaveLength(1);
    });
  });
}
