import { Fifo } from './fifo.js';

describe('Fifo', () => {
  it('hands items out in order, however pushes and shifts alternate', () => {
    const fifo = new Fifo<number>();
    const out: (number | undefined)[] = [];
    let next = 0;
    for (let round = 0; round < 5_000; round += 1) {
      for (let k = 0; k < (round % 3) + 1; k += 1) fifo.push(next++);
      out.push(fifo.shift());
    }
    while (fifo.length > 0) out.push(fifo.shift());
    expect(out).toEqual(Array.from({ length: next }, (_, i) => i));
    expect(fifo.shift()).toBeUndefined();
    expect(fifo.peek()).toBeUndefined();
  });
});
