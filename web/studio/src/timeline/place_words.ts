/** Times as musicians say them: bar and beat, both from 1. */

import type { Signature } from "./signatures.js";

/** "bar 13, beat 2". `signatures`: by time, one at time 0. */
export function placeInWords(signatures: readonly Signature[], time: number): string {
  const [bar, beat] = placeOf(signatures, time);
  return `bar ${bar}, beat ${beat}`;
}

/** "13.2", the same in less room. */
export function placeInNumbers(signatures: readonly Signature[], time: number): string {
  return placeOf(signatures, time).slice(0, 2).join(".");
}

/** "13.2", "13.2.3" on the third sixteenth of the beat, "13.2.3.50" in its middle: two places differ in it where they do. */
export function placeExactly(signatures: readonly Signature[], time: number): string {
  const [bar, beat, part] = placeOf(signatures, Math.round(time * 400) / 400);
  const hundredths = Math.round(part * 400);
  const [sixteenth, rest] = [Math.floor(hundredths / 100), hundredths % 100];
  return hundredths === 0 ? `${bar}.${beat}` : `${bar}.${beat}.${sixteenth + 1}${rest === 0 ? "" : `.${String(rest).padStart(2, "0")}`}`;
}

/** "beat 3.5" of what is in a clip, whose own beats are counted from 1 as well: it has no bars of its own. */
export function beatInClip(time: number): string {
  return `beat ${Math.round((time + 1) * 100) / 100}`;
}

/** `part`: how much of a quarter has gone since the beat. */
function placeOf(signatures: readonly Signature[], time: number): [bar: number, beat: number, part: number] {
  let bar = 1;
  for (const [at, { time: from, num, den }] of signatures.entries()) {
    const length = (num * 4) / den;
    const end = signatures[at + 1]?.time ?? Infinity;
    if (time < end) {
      const within = Math.max(0, time - from);
      const bars = Math.floor(within / length + 1e-9);
      const beat = Math.floor(((within - bars * length) * den) / 4 + 1e-9);
      return [bar + bars, beat + 1, Math.max(0, within - bars * length - (beat * 4) / den)];
    }
    bar += Math.max(1, Math.ceil((end - from) / length - 1e-6));
  }
  return [bar, 1, 0];
}
