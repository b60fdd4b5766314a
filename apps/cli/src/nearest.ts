import { distance } from 'fastest-levenshtein';

/** The word most like `wanted`, when it is near enough to be a slip of the finger; or one that begins with it. */
export function nearest(wanted: string, words: readonly string[]): string | undefined {
  let best: { word: string; score: number } | undefined;
  for (const word of words) {
    const score = word.includes(wanted) && wanted.length > 2 ? 1 : distance(wanted, word);
    if (score <= Math.max(2, Math.floor(wanted.length / 3)) && (best === undefined || score < best.score)) best = { word, score };
  }
  return best?.word;
}
