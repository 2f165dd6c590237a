/** What keys do with markers, tempo and time signatures: each is one edit. */

import type { Room } from "@prime/client";

import { isOfRuler, type RulerCollection } from "../arrangement/ruler/chips.js";
import { addMarker, addSignature, addTempo, moveTo, remove } from "../arrangement/ruler/ruler_edits.js";
import { barStart } from "../timeline/bars.js";
import { signaturesOf } from "../timeline/signatures.js";
import type { Studio } from "../studio.js";
import { ofPress } from "../keys/bursts.js";
import type { Command } from "./key_table.js";

const BEATS: { readonly [command in Command]?: number } = { earlier: -1, later: 1, "a little earlier": -0.25, "a little later": 0.25 };

/** Returns whether it was one for the ruler. */
export function withRuler(command: Command, studio: Studio, room: Room): boolean {
  const time = studio.playhead.value;
  const select = (collection: RulerCollection, id: string): true => {
    studio.introduce(collection, id);
    studio.jump.value = { time }; // the play head may be out of sight
    return true;
  };
  switch (command) {
    case "new marker": return select("markers", addMarker(room, time));
    case "new tempo": return select("tempo", addTempo(room, time));
    case "new signature": return select("signatures", addSignature(room, barStart(signaturesOf(room), time)));
  }
  const selection = studio.selection.value;
  if (selection === null || !isOfRuler(selection.collection)) return false;
  const { collection, ids } = selection;
  const beats = BEATS[command] ?? 0;
  if (command === "delete") {
    if (remove(room, collection, ids) === 0) studio.tell("The first tempo and the first time signature stay: a song has both from its beginning. Change them in the inspector.", "warning");
    return true;
  }
  const [id] = ids;
  if (beats === 0 || id === undefined) return false;
  moveTo(room, collection, id, Math.max(0, (room.get(collection, id)?.time ?? 0) + beats), ofPress(command, id));
  return true;
}
