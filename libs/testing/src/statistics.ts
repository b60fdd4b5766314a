/** The value below which a share of the sample lies, by nearest rank. @param share in (0, 1] @throws RangeError for an empty sample */
export function percentile(sample: readonly number[], share: number): number {
  if (sample.length === 0) throw new RangeError('expected a sample, but it is empty');
  const sorted = [...sample].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] as number;
}

export function median(sample: readonly number[]): number {
  const lower = percentile(sample, 0.5);
  if (sample.length % 2 === 1) return lower;
  const sorted = [...sample].sort((a, b) => a - b);
  return (lower + (sorted[sample.length / 2] as number)) / 2;
}
