/** Where bars and beats are marked, in the ruler and in the grid: as many as there is room for. */

import type { Axis } from "./axis.js";
import type { Signature } from "./signatures.js";

/** `bar` from 1 on; null: a beat inside of one. */
export interface Mark {
  readonly time: number;
  readonly bar: number | null;
}

/** Closer than so many pixels, bars are left out, two, four, eight ... at a time. */
export const LEAST_BAR_PIXELS = 40;

/** Closer than so many pixels, the beats of a bar are left out. */
export const LEAST_BEAT_PIXELS = 14;

/** The marks between two beats, in order. `signatures`: by time, one at time 0. */
export function marks(axis: Axis, signatures: readonly Signature[], from: number, to: number): Mark[] {
  const found: Mark[] = [];
  let firstBar = 1;
  signatures.forEach((signature, at) => {
    const end = signatures[at + 1]?.time ?? Infinity;
    const barBeats = (signature.num * 4) / signature.den;
    if (signature.time <= to && end > from) {
      found.push(...marksOf(axis, signature, firstBar, Math.max(from, signature.time), Math.min(to, end)));
    }
    if (end !== Infinity) firstBar += Math.max(1, Math.ceil((end - signature.time) / barBeats - NEAR));
  });
  return found;
}

/** Beats below which two times are one. */
const NEAR = 1e-6;

/** `to` is left out where another signature begins there: its own first bar is the mark. */
function marksOf(axis: Axis, signature: Signature, firstBar: number, from: number, to: number): Mark[] {
  const marks: Mark[] = [];
  const barBeats = (signature.num * 4) / signature.den;
  const step = barStep(barBeats * axis.scale);
  const unit = 4 / signature.den;
  const showsBeats = step === 1 && unit * axis.scale >= LEAST_BEAT_PIXELS;
  let bar = Math.max(0, Math.floor((from - signature.time) / barBeats / step)) * step;
  for (; signature.time + bar * barBeats < to - NEAR; bar += step) {
    const time = signature.time + bar * barBeats;
    if (time >= from - NEAR) marks.push({ time, bar: firstBar + bar });
    for (let beat = 1; showsBeats && beat < signature.num; beat += 1) {
      const within = time + beat * unit;
      if (within >= from - NEAR && within < to - NEAR) marks.push({ time: within, bar: null });
    }
  }
  return marks;
}

/** Every how many bars one is marked: a power of two. */
function barStep(barPixels: number): number {
  return barPixels >= LEAST_BAR_PIXELS ? 1 : 2 ** Math.ceil(Math.log2(LEAST_BAR_PIXELS / barPixels));
}
