import { closest, distance } from 'fastest-levenshtein';

const MANY = 500;

/** The known word a mistyped one was probably meant to be; undefined when none is close. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 100) return undefined;
  let candidates = [...known];
  // Comparing with each of ten thousand ids takes too long: those of about the same length and beginning will do.
  if (candidates.length > MANY)
    candidates = candidates.filter((other) => Math.abs(other.length - word.length) < 3 && other[0] === word[0]).slice(0, MANY);
  if (candidates.length === 0) return undefined;
  const sameButCase = candidates.find((candidate) => candidate.toLowerCase() === word.toLowerCase());
  if (sameButCase !== undefined) return sameButCase;
  const best = closest(word, candidates);
  // Two letters changed places are two changes; in words of up to three letters that would be any word.
  const length = Math.max(word.length, best.length);
  const allowed = length < 4 ? 1 : Math.max(2, Math.floor(length / 3));
  return distance(word, best) <= allowed ? best : undefined;
}

/** `Did you mean "x"?`, or the given words when nothing is close. */
export function hintFor(word: string, known: Iterable<string>, otherwise: string): string {
  const near = nearest(word, known);
  return near === undefined ? otherwise : `Did you mean "${near}"?`;
}
