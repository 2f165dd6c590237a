/** Where bars begin. */

import type { Signature } from "./signatures.js";

/** The beginning of the bar in which a beat lies. `signatures`: by time, one at time 0. */
export function barStart(signatures: readonly Signature[], time: number): number {
  const { time: from, num, den } = signatures.findLast((each) => each.time <= time) ?? { time: 0, num: 4, den: 4 };
  const length = (num * 4) / den;
  return from + Math.floor((time - from) / length + 1e-9) * length;
}

/** Where the next bar begins, from a beat on; a bar may end early where another signature begins. */
export function nextBar(signatures: readonly Signature[], time: number): number {
  const start = barStart(signatures, time);
  if (time - start < 1e-6) return time;
  const { num, den } = signatures.findLast((each) => each.time <= time) ?? { num: 4, den: 4 };
  const change = signatures.find((each) => each.time > time)?.time ?? Infinity;
  return Math.min(start + (num * 4) / den, change);
}
