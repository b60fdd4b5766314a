import { jest } from '@jest/globals';
import { Paced } from './paced';

describe('Paced', () => {
  let clock = 0;
  let costMs = 0;
  const taken: number[][] = [];
  const drawn: (() => void)[] = [];
  const draw = (): void => drawn.splice(0).forEach((then) => then());
  const paced = () =>
    new Paced<number>(
      (items) => {
        taken.push([...items]);
        clock += costMs;
      },
      (then) => drawn.push(then),
      () => clock,
    );

  beforeEach(() => {
    jest.useFakeTimers();
    [taken.length, drawn.length, clock] = [0, 0, 0];
  });
  afterEach(() => jest.useRealTimers());

  it('hands on at once what is cheap, and together what comes before that is drawn', () => {
    costMs = 5;
    const pace = paced();
    pace.push([1]);
    pace.push([2]);
    pace.push([3]);
    draw();
    expect(taken).toEqual([[1], [2, 3]]);
  });

  it('rests three times as long as it worked', () => {
    costMs = 200;
    const pace = paced();
    pace.push([1]);
    draw();
    pace.push([2]);
    pace.push([3]);
    jest.advanceTimersByTime(599);
    expect(taken).toEqual([[1]]);
    jest.advanceTimersByTime(1);
    expect(taken).toEqual([[1], [2, 3]]);
  });

  it('forgets what waited when it is cleared, and takes what comes then', () => {
    costMs = 5;
    const pace = paced();
    pace.push([1]);
    pace.push([2]);
    pace.clear();
    draw();
    pace.push([3]);
    expect(taken).toEqual([[1], [3]]);
  });
});
