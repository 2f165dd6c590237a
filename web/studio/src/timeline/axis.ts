/** Beats to pixels and back, and the marks of the ruler. */

/** Beats from the left edge on, and pixels a beat. */
export interface Axis {
  readonly start: number;
  readonly scale: number;
}

export const LEAST_SCALE = 0.01;
export const MOST_SCALE = 2_000;

/** Pixels from the left edge. */
export function xOf(axis: Axis, beats: number): number {
  return (beats - axis.start) * axis.scale;
}

/** Beats at a pixel from the left edge. */
export function beatsAt(axis: Axis, x: number): number {
  return axis.start + x / axis.scale;
}

/** The axis after zooming by a factor; what lies at `x` stays there, unless beat 0 would leave the left edge. */
export function zoomed(axis: Axis, factor: number, x: number): Axis {
  const scale = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, axis.scale * factor));
  return { start: Math.max(0, beatsAt(axis, x) - x / scale), scale };
}

/** The axis moved by pixels, to the right for more than 0; it never begins before beat 0. */
export function scrolled(axis: Axis, pixels: number): Axis {
  return { start: Math.max(0, axis.start + pixels / axis.scale), scale: axis.scale };
}

export interface Signature {
  readonly time: number;
  readonly num: number;
  readonly den: number;
}

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

/** The nearest time on a grid of beats; `grid` 0: no grid. */
export function snapped(beats: number, grid: number): number {
  return grid > 0 ? Math.max(0, Math.round(beats / grid) * grid) : Math.max(0, beats);
}
