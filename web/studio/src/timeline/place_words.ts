/** Times as musicians say them: bar and beat, both from 1. */

import type { Signature } from "./axis.js";

/** "bar 13, beat 2". `signatures`: by time, one at time 0. */
export function placeInWords(signatures: readonly Signature[], time: number): string {
  const [bar, beat] = placeOf(signatures, time);
  return `bar ${bar}, beat ${beat}`;
}

/** "13.2", the same in less room. */
export function placeInNumbers(signatures: readonly Signature[], time: number): string {
  return placeOf(signatures, time).join(".");
}

/** "beat 3.5" of what is in a clip, whose own beats are counted from 1 as well: it has no bars of its own. */
export function beatInClip(time: number): string {
  return `beat ${Math.round((time + 1) * 100) / 100}`;
}

function placeOf(signatures: readonly Signature[], time: number): [bar: number, beat: number] {
  let bar = 1;
  for (const [at, { time: from, num, den }] of signatures.entries()) {
    const length = (num * 4) / den;
    const end = signatures[at + 1]?.time ?? Infinity;
    if (time < end) {
      const within = Math.max(0, time - from);
      const bars = Math.floor(within / length + 1e-9);
      const beat = Math.floor(((within - bars * length) * den) / 4 + 1e-9);
      return [bar + bars, beat + 1];
    }
    bar += Math.max(1, Math.ceil((end - from) / length - 1e-6));
  }
  return [bar, 1];
}
