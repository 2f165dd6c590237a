/** Where edits are in the song. */

import type { Op, Readable } from "@prime/client";

import { entityOf, textOf } from "./op_entity.js";

/** Where an edit can be seen: a beat and a track; null: nowhere on the time line. */
export function placeOfEdit(ops: readonly Op[], song: Readable): { time: number; track?: string } | null {
  for (const op of ops) {
    const entity = entityOf(op, song);
    const clip = op.col === "clips" ? entity : song.get("clips", textOf(entity?.["clip"]) || song.get("lanes", textOf(entity?.["lane"]))?.clip || "");
    const track = op.col === "tracks" ? op.id : textOf((clip as { track?: string } | undefined)?.track);
    const start = (clip as { time?: number } | undefined)?.time ?? entity?.["time"];
    if (track !== "" || typeof start === "number") return { time: typeof start === "number" ? start : 0, ...(track !== "" && { track }) };
  }
  return null;
}
