/** Beyond it, a number that is multiplied is not exact enough to be rounded so. */
const EXACT = 2 ** 40;

/** So near to the middle between two it is looked at more closely. */
const NEAR = 0.001;

/** A number of 0 or more with so many digits behind the point, as Python rounds: to the nearest, and between two of them to the even one. */
export function rounded(number: number, digits: number): number {
  const factor = 10 ** digits;
  const shifted = number * factor;
  if (shifted < EXACT && Math.abs((shifted % 1) - 0.5) > NEAR) return Math.round(shifted) / factor;
  const halves = number * 2 ** (digits + 1); // exact: it is odd only where the number lies between two
  if (halves % 2 !== 1) return Number(number.toFixed(digits));
  const lower = (BigInt(halves) * 5n ** BigInt(digits)) / 2n;
  return Number(`${lower % 2n === 0n ? lower : lower + 1n}e-${digits}`);
}
