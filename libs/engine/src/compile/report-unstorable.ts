import { storableFaults } from '../json/storable-faults.js';
import type { ProblemList } from './problem-list.js';

/** Levels of the document: 32 blocks take four each at most, and what stands in them some more. */
const MAX_LEVELS = 200;

/**
 * Tells what PostgreSQL or a recursion would not take: text it cannot keep, numbers that are none, values too deep.
 * @returns whether there was any; then nothing else should be looked at
 */
export function reportUnstorable(document: unknown, problems: ProblemList): boolean {
  const faults = storableFaults(document, MAX_LEVELS);
  for (const { path, message } of faults) problems.error('NOT_STORABLE', path, message);
  return faults.length > 0;
}
