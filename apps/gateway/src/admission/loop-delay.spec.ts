import { LoopDelay } from './loop-delay.js';

const block = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it('LoopDelay tells a loop that stays late from one that was late once', async () => {
  const delay = new LoopDelay();
  block(700);
  await pause(30);
  expect(delay.meanMs).toBeLessThan(100);
  for (let turn = 0; turn < 12; turn += 1) {
    block(300);
    await pause(1);
  }
  expect(delay.meanMs).toBeGreaterThan(100);
  delay.stop();
}, 15_000);
