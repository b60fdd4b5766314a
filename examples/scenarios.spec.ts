import { differences } from './judge.js';
import { examples } from './scenarios.js';
import { definitions, playScenario } from './testing/play-scenario.js';
import { TripHandlers } from './trip-handlers.js';

const all = examples.flatMap((example) =>
  example.scenarios.map((scenario) => [`${example.name} ${scenario.name}: ${scenario.title}`, example.name, scenario] as const),
);
const minute = 60_000;
const day = 24 * 60 * minute;

describe('every example on virtual time', () => {
  it.each(all)('%s', (_, name, scenario) => {
    expect(differences(scenario.expected, playScenario(name, scenario))).toEqual([]);
  });

  it('is shown by a scenario, or used by another', () => {
    const shown = examples.flatMap(({ name, uses = [] }) => [name, ...uses]);
    expect(shown.map((name) => `examples.${name}`).sort()).toEqual(Object.keys(definitions).sort());
  });
});

describe('durations left out', () => {
  it.each([
    ['trial', { email: 'dora@example.com' }, 13 * day],
    ['expense', { employee: 'Ben', amount: 250, purpose: 'train tickets' }, 3 * day],
    ['payment', { order: 'o-17', cents: 4200 }, 15 * minute],
  ])('%s lasts as long as in real life', (name, input, tookMs) => {
    expect(playScenario(name, { input })).toMatchObject({ status: 'completed', tookMs });
  });
});

it('a booking is the same however often its step is run', () => {
  const book = (idempotencyKey: string): string =>
    new TripHandlers().book({ what: 'hotel', traveller: 'Cara', to: 'Lisbon' }, { idempotencyKey, log: () => undefined } as never)
      .booking;
  expect(book('one')).toBe(book('one'));
  expect(book('one')).not.toBe(book('two'));
});

describe('differences', () => {
  const ended = { status: 'completed', output: { n: 1 }, history: [{ type: 'stepScheduled', path: 'a' }] } as const;

  it('are none when all is as expected', () => {
    expect(differences({ status: 'completed', output: { n: 1 }, attempts: { a: 1 }, undone: [], atOnce: 1 }, ended)).toEqual([]);
  });

  it('are told in words', () => {
    const expected = { status: 'failed', errorCode: 'BOOM', output: 2, attempts: { a: 2 }, undone: ['b'], atOnce: 0 } as const;
    expect(differences(expected, ended)).toEqual([
      'expected status "failed", but was "completed"',
      'expected error "BOOM", but was null',
      'expected attempts of a 2, but was 1',
      'expected output 2, but was {"n":1}',
      'expected undone ["b"], but was []',
      'expected steps at the same time 0, but was 1',
    ]);
  });
});
