import { distance } from 'fastest-levenshtein';

/** More candidates than that are not compared: of ten thousand ids some five hundred similar ones will do. */
const MAX_COMPARED = 500;

/** The known word a mistyped one was probably meant to be; undefined when none is close. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 100) return undefined;
  const lower = word.toLowerCase();
  let compared = 0;
  let best: { word: string; rank: number } | undefined;
  for (const other of known) {
    if (other.length === word.length && other.toLowerCase() === lower) return other;
    if (compared >= MAX_COMPARED) continue;
    const allowed = allowedChanges(word, other);
    if (Math.abs(other.length - word.length) > allowed) continue;
    compared += 1;
    const changes = distance(word, other);
    const rank = changes + (other[0] === word[0] ? 0 : 0.5); // the first letter is seldom wrong: "taks" is "task" rather than "as"
    if (changes <= allowed && (best === undefined || rank < best.rank)) best = { word: other, rank };
  }
  return best?.word;
}

/** Two letters changed places are two changes; in words of up to three letters that would be any word. */
function allowedChanges(word: string, other: string): number {
  const length = Math.max(word.length, other.length);
  return length < 4 ? 1 : Math.max(2, Math.floor(length / 3));
}

/** `Did you mean "x"?`, or the given words when nothing is close. */
export function hintFor(word: string, known: Iterable<string>, otherwise: string): string {
  const near = nearest(word, known);
  return near === undefined ? otherwise : `Did you mean "${near}"?`;
}
