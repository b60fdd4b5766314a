import { withoutRepeatedDays } from './repeated-days';

describe('withoutRepeatedDays', () => {
  it('says a day once, and again when it has changed', () =>
    expect(withoutRepeatedDays(['Sat 21 Nov, 23:00', 'Sat 21 Nov, 23:30', 'Sun 22 Nov, 00:00', 'Sun 22 Nov, 00:30'])).toEqual([
      'Sat 21 Nov, 23:00',
      '23:30',
      'Sun 22 Nov, 00:00',
      '00:30',
    ]));
  it('leaves alone what is no such time', () => expect(withoutRepeatedDays(['soon', 'soon'])).toEqual(['soon', 'soon']));
});
