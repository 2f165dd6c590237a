/** The automation below a track: which lanes, and how high they are. Pure. */

import type { Readable } from "@prime/client";

/** Of a lane, in pixels. */
export const LANE_HEIGHT = 56;

/** Of what makes a new one, below the lanes. */
export const NEW_LANE_HEIGHT = 28;

/** At most so many lanes of a track are shown. */
export const MOST_LANES = 24;

/** Lanes of the track itself, not those in its clips. */
export function lanesOf(song: Readable, track: string): string[] {
  return [...song.by("lanes", "track", track)].filter((lane) => song.get("lanes", lane)?.clip === null).sort();
}

/** In pixels. */
export function heightOfLanes(song: Readable, track: string): number {
  return Math.min(MOST_LANES, lanesOf(song, track).length) * LANE_HEIGHT + NEW_LANE_HEIGHT;
}
