/** Beats to pixels and back. */

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
