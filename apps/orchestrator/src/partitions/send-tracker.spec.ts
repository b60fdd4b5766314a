import { SendTracker } from './send-tracker.js';

describe('SendTracker', () => {
  it('holds back everything from the first unconfirmed batch on', () => {
    const tracker = new SendTracker(7);
    expect(tracker.sentThrough()).toBe(7);
    for (const batchNo of [8, 9, 10]) tracker.begin(batchNo);
    tracker.end(10);
    tracker.end(9);
    expect(tracker.sentThrough()).toBe(7);
    tracker.end(8);
    expect(tracker.sentThrough()).toBe(10);
  });

  it('waits for every sending of a batch: commands sent again travel under the number of the last one', () => {
    const tracker = new SendTracker(7);
    tracker.begin(8);
    tracker.begin(8);
    tracker.end(8);
    expect(tracker.sentThrough()).toBe(7);
    tracker.end(8);
    expect(tracker.sentThrough()).toBe(8);
  });
});
