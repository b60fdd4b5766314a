import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { Acknowledgements } from './acknowledgements.js';

/** What a broker does with the frames; throws where a broker would close the channel. */
class Broker {
  readonly frames: string[] = [];
  readonly settled = new Map<number, string>();

  constructor(private readonly delivered: number) {}

  ack(tag: number, upTo: boolean): void {
    this.frames.push(upTo ? `ack..${tag}` : `ack ${tag}`);
    this.demandOpen(tag);
    for (let next = upTo ? 1 : tag; next <= tag; next += 1) if (!this.settled.has(next)) this.settled.set(next, 'ack');
  }

  requeue(tag: number): void {
    this.frames.push(`requeue ${tag}`);
    this.demandOpen(tag);
    this.settled.set(tag, 'requeue');
  }

  private demandOpen(tag: number): void {
    if (tag > this.delivered || this.settled.has(tag)) throw new Error(`unknown delivery tag ${tag}`);
  }
}

async function until(isSo: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 4_000; !isSo() && performance.now() < deadline;) await turn();
}

describe('Acknowledgements', () => {
  it('sends one frame for what is contiguous, and single ones for the rest', async () => {
    const broker = new Broker(10);
    const acknowledgements = new Acknowledgements(broker);
    for (const tag of [2, 1, 3, 7, 5]) acknowledgements.settle(tag, 'ack');
    await turn();
    expect(broker.frames).toEqual(['ack..3', 'ack 7', 'ack 5']);
    acknowledgements.settle(4, 'ack');
    acknowledgements.settle(6, 'ack');
    acknowledgements.flush();
    expect(broker.frames.slice(3)).toEqual(['ack..6']);
    expect([...broker.settled.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('holds a few back, so that they leave together, and many not at all', async () => {
    const broker = new Broker(6);
    const acknowledgements = new Acknowledgements(broker, 3, 3_600_000);
    for (const tag of [1, 2]) {
      acknowledgements.settle(tag, 'ack');
      await turn();
    }
    expect(broker.frames).toEqual([]);
    acknowledgements.settle(3, 'ack');
    await turn();
    expect(broker.frames).toEqual(['ack..3']);
    acknowledgements.settle(4, 'ack');
    acknowledgements.settle(5, 'requeue'); // is not held back
    expect(broker.frames.slice(1)).toEqual(['requeue 5']);
    acknowledgements.settle(6, 'ack');
    acknowledgements.flush(); // its consumer closes
    expect(broker.frames.slice(2)).toEqual(['ack..6']);
  });

  it('holds a few back for a moment only', async () => {
    const broker = new Broker(1);
    new Acknowledgements(broker, 3).settle(1, 'ack');
    await until(() => broker.frames.length > 0);
    expect(broker.frames).toEqual(['ack..1']);
  });

  it('says nothing any more once its channel is dead', async () => {
    const broker = new Broker(3);
    const acknowledgements = new Acknowledgements(broker);
    acknowledgements.settle(1, 'ack');
    acknowledgements.end();
    acknowledgements.settle(2, 'ack');
    acknowledgements.settle(3, 'requeue');
    await turn();
    expect(broker.frames).toEqual([]);
  });

  it('settles every delivery once and as asked, whatever the order (property)', () => {
    const settlement = fc.constantFrom('ack' as const, 'ack' as const, 'ack' as const, 'requeue' as const);
    const step = fc.record({ draw: fc.nat(), settlement, flush: fc.boolean(), twice: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const broker = new Broker(steps.length);
        const acknowledgements = new Acknowledgements(broker);
        const open = steps.map((_, i) => i + 1);
        const wanted = new Map<number, string>();
        for (const { draw, settlement: wish, flush, twice } of steps) {
          const [tag] = open.splice(draw % open.length, 1);
          if (tag === undefined) throw new Error('expected a tag a step');
          wanted.set(tag, wish);
          acknowledgements.settle(tag, wish);
          if (twice) acknowledgements.settle(tag, 'requeue');
          if (flush) acknowledgements.flush();
        }
        acknowledgements.flush();
        acknowledgements.end();
        expect(new Map([...broker.settled].sort(([a], [b]) => a - b))).toEqual(new Map([...wanted].sort(([a], [b]) => a - b)));
      }),
      { numRuns: 500 },
    );
  });
});
