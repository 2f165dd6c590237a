/** How long to wait before the next try: doubled with each try, half of it by chance. */

const FIRST_MS = 250;
const LAST_MS = 15_000;

/** Milliseconds. `tries`: those that failed; `chance`: from 0 to 1. */
export function delayAfter(tries: number, chance: number): number {
  const longest = Math.min(FIRST_MS * 2 ** Math.min(tries, 20), LAST_MS);
  return longest * (0.5 + chance / 2);
}
