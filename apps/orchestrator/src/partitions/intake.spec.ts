import { Intake } from './intake.js';

describe('Intake', () => {
  it('reaches a mark when everything that had arrived or waited then is handled', () => {
    const intake = new Intake();
    intake.open();
    const first = intake.arrive();
    const mark = intake.markAfter(1); // one here, one still in the broker
    intake.handle(first);
    expect(intake.hasReached(mark)).toBe(false);
    intake.handle(intake.arrive());
    expect(intake.hasReached(mark)).toBe(true);
  });

  it('never reaches a mark of an earlier consumer, whose messages come again', () => {
    const intake = new Intake();
    intake.open();
    const old = intake.arrive();
    const mark = intake.markAfter(0);
    intake.open();
    intake.handle(old);
    expect(intake.hasReached(mark)).toBe(false);
    const next = intake.markAfter(1);
    expect(intake.hasReached(next)).toBe(false);
    intake.handle(intake.arrive());
    expect(intake.hasReached(next)).toBe(true);
  });
});
