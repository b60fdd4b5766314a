import { createHash } from 'node:crypto';

/** Weight of a key at a place; whoever weighs most has the key. Hexadecimal, so that texts compare as numbers do. */
export const weightOf = (key: string, place: string): string => createHash('sha1').update(`${key}/${place}`).digest('hex');

/**
 * Consistent hashing: everybody computes the same place for a key, and when a place comes or goes only the keys it has move.
 * @returns undefined when there is no place
 */
export function rendezvous(key: string, places: readonly string[], weigh = weightOf): string | undefined {
  let best: { place: string; weight: string } | undefined;
  for (const place of places) {
    const weight = weigh(key, place);
    if (best === undefined || weight > best.weight) best = { place, weight };
  }
  return best?.place;
}

/** Hashes of buckets at places: few, and asked for again and again. */
const known = new Map<string, string>();
const knownAtMost = 50_000;

/** As `weightOf`, for keys of which there are few. */
export function knownWeightOf(key: string, place: string): string {
  const text = `${key}/${place}`;
  let weight = known.get(text);
  if (weight !== undefined) return weight;
  weight = weightOf(key, place);
  if (known.size >= knownAtMost) known.clear();
  known.set(text, weight);
  return weight;
}

/** Values of `affinity` share so many buckets, so that what waits for workers is held in a bounded number of lists. */
const affinityBuckets = 512;

/** The part of the hash space a value falls into: what is moved between workers. */
export const affinityBucket = (value: string): number =>
  Number.parseInt(createHash('sha1').update(value).digest('hex').slice(0, 8), 16) % affinityBuckets;
