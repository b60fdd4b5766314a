import { candidates } from './candidates.js';

describe('candidates', () => {
  it('prefers those with the broker, and takes everybody when nobody has it', () => {
    expect(
      candidates([
        { id: 'a', hasBroker: false },
        { id: 'b', hasBroker: true },
      ]),
    ).toEqual(['b']);
    expect(
      candidates([
        { id: 'b', hasBroker: false },
        { id: 'a', hasBroker: false },
      ]),
    ).toEqual(['a', 'b']);
  });
});
