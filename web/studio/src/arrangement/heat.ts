/** Who edited where, lately: what the stripe under the ruler shows. */

import type { Readable } from "@prime/client";

import type { Entry } from "../history/edit_list.js";
import { placeOfEdit } from "../history/edit_place.js";
import { safeColour } from "../people/colours.js";
import type { Heat } from "./drawing/ruler.js";

/** At most so many edits are shown. */
export const MOST_EDITS = 300;

/** `entries`: newest first. What was edited nowhere on the time line is left out; the newest are drawn last, on top. */
export function heatOf(entries: readonly Entry[], song: Readable): Heat[] {
  const newestEntries = entries.slice(0, MOST_EDITS);
  const heatMarks = newestEntries.flatMap((entry, age) => {
    const editPlace = placeOfEdit(entry.ops, song);
    const isTrackOnly = entry.ops.every(({ col }) => col === "tracks");
    return editPlace === null || isTrackOnly ? [] : [{ time: editPlace.time, colour: safeColour(entry.color ?? ""), warmth: 1 - age / newestEntries.length }];
  });
  return heatMarks.reverse();
}
