import type { Parameters } from 'fast-check';

/** `ORQUESTRA_TEST_RUNS` and `ORQUESTRA_TEST_SEED` make a long run, or one again. */
const wantedRuns = process.env['ORQUESTRA_TEST_RUNS'];
/** A gate says the same of the same tree; everybody else looks somewhere new each time. */
const usualSeed = process.env['CI'] === 'true' ? 11 : Math.floor(Math.random() * 2 ** 31);
const fuzzSeed = Number(process.env['ORQUESTRA_TEST_SEED'] ?? usualSeed);

/**
 * How often something is tried with which seed.
 * @param usual cases where nobody asks for another number
 * @param atMostMs where nobody does, it ends after this time: a busy machine tries fewer
 */
export function fuzzRuns(usual: number, atMostMs = 10_000): Pick<Parameters, 'numRuns' | 'seed' | 'interruptAfterTimeLimit'> {
  if (wantedRuns !== undefined) return { numRuns: Number(wantedRuns), seed: fuzzSeed };
  return { numRuns: usual, seed: fuzzSeed, interruptAfterTimeLimit: atMostMs };
}

/** Where few cases are tried, the same ones unless others are asked for. */
export const steadySeed = Number(process.env['ORQUESTRA_TEST_SEED'] ?? 11);

/** For the name of a test. */
export const seedWords = (seed: number): string => `seed ${seed}; ORQUESTRA_TEST_RUNS and ORQUESTRA_TEST_SEED choose others`;
export const fuzzSeedWords = seedWords(fuzzSeed);
