/** What lies under the mouse in the arrangement. */

import { beatsAt, xOf, type Axis } from "../timeline/axis.js";
import { rowAt, type Row } from "./track_rows.js";
import { RULER_HEIGHT } from "./drawing/ruler.js";
import type { PlacedClip, TrackLayout } from "./track_layout.js";

/** So close to an edge of a clip the edge is taken. */
export const EDGE_PIXELS = 6;

export type Hit =
  | { readonly kind: "ruler"; readonly time: number }
  | { readonly kind: "clip"; readonly time: number; readonly row: Row; readonly clip: PlacedClip; readonly edge: "start" | "end" | null }
  | { readonly kind: "row"; readonly time: number; readonly row: Row }
  | { readonly kind: "below"; readonly time: number };

/** `x`, `y`: pixels from the left top corner; `top`: by how much the rows are scrolled. */
export function hitAt(layout: TrackLayout, axis: Axis, top: number, x: number, y: number): Hit {
  const time = Math.max(0, beatsAt(axis, x));
  if (y < RULER_HEIGHT) return { kind: "ruler", time };
  const row = rowAt(layout.rows, y - RULER_HEIGHT + top);
  if (row === undefined) return { kind: "below", time };
  const clip = clipAt(layout.clipsOf(row.id), axis, x);
  return clip === undefined ? { kind: "row", time, row } : { kind: "clip", time, row, clip, edge: edgeAt(clip, axis, x) };
}

/** The one on top: the last that is there. */
function clipAt(clips: readonly PlacedClip[], axis: Axis, x: number): PlacedClip | undefined {
  return clips.findLast(({ time, end }) => xOf(axis, time) <= x && x < Math.max(xOf(axis, end), xOf(axis, time) + 3));
}

function edgeAt({ time, end }: PlacedClip, axis: Axis, x: number): "start" | "end" | null {
  const [left, right] = [xOf(axis, time), xOf(axis, end)];
  if (right - left < 3 * EDGE_PIXELS) return null;
  return x - left < EDGE_PIXELS ? "start" : right - x < EDGE_PIXELS ? "end" : null;
}

/** The clips that a rectangle touches. */
export function clipsIn(layout: TrackLayout, from: number, to: number, top: number, bottom: number): string[] {
  const clipIds: string[] = [];
  for (const row of layout.rows) {
    if (row.top + row.height <= top || row.top >= bottom) continue;
    for (const { id, time, end } of layout.clipsOf(row.id)) if (end > from && time < to) clipIds.push(id);
  }
  return clipIds;
}
