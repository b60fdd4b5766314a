import { compare, parse } from 'semver';

/** By semantic versioning, lowest first. What somebody has written over is no version any more, and comes before all that are. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [parse(a), parse(b)];
  if (left !== null && right !== null) return compare(left, right);
  return Number(left !== null) - Number(right !== null);
}

/** Neither a pre-release nor something that is no version. */
export const isRelease = (version: string): boolean => parse(version)?.prerelease.length === 0;
