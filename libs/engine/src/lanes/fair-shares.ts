/**
 * Max-min fair shares of a limit: nobody gets more than it wants, and what somebody does not want goes to the others in equal parts. The
 * rest of a division, and a limit smaller than the number of those who want something, go round from turn to turn, so that none starves.
 * @param demands whole numbers ≥ 0; the order is the order of the round
 * @param turn    a whole number that grows with time; the same for all who share, or they disagree for a moment
 * @returns a share for each demand; they add up to min(limit, sum of the demands)
 */
export function fairShares(limit: number, demands: readonly number[], turn: number): number[] {
  const shares = demands.map(() => 0);
  const byDemand = demands.map((_, place) => place).sort((a, b) => demands[a]! - demands[b]!);
  let left = limit;
  for (let at = 0; at < byDemand.length; at += 1) {
    const unserved = byDemand.length - at;
    const even = Math.floor(left / unserved);
    const place = byDemand[at]!;
    if (demands[place]! > even) {
      divide(shares, byDemand.slice(at), even, left - even * unserved, turn);
      return shares;
    }
    shares[place] = demands[place]!;
    left -= demands[place]!;
  }
  return shares;
}

/** Each gets `even`, and `rest` of them, others at each turn, one more. All of them want more than `even`. */
function divide(shares: number[], places: number[], even: number, rest: number, turn: number): void {
  places.sort((a, b) => a - b);
  const first = (turn * rest) % places.length;
  places.forEach((place, index) => {
    const isNext = (index - first + places.length) % places.length < rest;
    shares[place] = even + (isNext ? 1 : 0);
  });
}
