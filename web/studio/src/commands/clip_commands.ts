/** What keys do with the clips that are selected: each is one edit. */

import type { Room } from "@prime/client";

import { duplicated, movedBy, pasted, place, remove, split } from "../arrangement/clip_edits.js";
import type { ArrangementView } from "../arrangement/arrangement_view.js";
import type { Studio } from "../studio.js";
import { ofPress } from "../keys/bursts.js";
import type { Command } from "./key_table.js";

const BEATS: { readonly [command in Command]?: number } = { earlier: -1, later: 1, "a little earlier": -0.25, "a little later": 0.25 };
const ROWS: { readonly [command in Command]?: number } = { up: -1, down: 1 };

/** Clips that were copied last, by id. */
let copied: readonly string[] = [];

/** Returns whether it was one for clips. `ids`: those that are selected. */
export function withClips(command: Command, studio: Studio, view: ArrangementView, room: Room, ids: readonly string[]): boolean {
  const select = (made: readonly string[]): void => { if (made.length > 0) studio.selection.value = { collection: "clips", ids: made }; };
  if (command === "paste") {
    select(pasted(room, copied, studio.playhead.value));
    return copied.length > 0;
  }
  if (ids.length === 0) return false;
  const [beats, rows] = [BEATS[command] ?? 0, ROWS[command] ?? 0];
  if (beats !== 0 || rows !== 0) {
    const inSong = ids.filter((id) => room.get("clips", id)?.slot === null); // one in a slot has no place in the song
    if (inSong.length === 0) return false;
    const places = movedBy(room, inSong, beats, rows, view.layout.rows.map(({ id }) => id));
    room.edit((tx) => place(tx, room, places), ofPress(command, ...inSong));
    return true;
  }
  switch (command) {
    case "delete": remove(room, ids); break;
    case "duplicate": select(duplicated(room, ids)); break;
    case "copy": copied = ids; break;
    case "split": for (const id of ids) split(room, id, studio.playhead.value); break;
    default: return false;
  }
  return true;
}
