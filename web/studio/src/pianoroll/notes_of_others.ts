/** What others do with the notes of a clip just now. */

import type { Room } from "@prime/client";

import { safeColour } from "../people/colours.js";
import type { Studio } from "../studio.js";
import type { Note } from "./note_places.js";

export interface MovedNote {
  readonly name: string;
  readonly colour: string;
  readonly was: Note;
  readonly shown: Note;
}

/** Note -> who moves it, where it was, and where it is shown. `room` null: a moment of the past is looked at. */
export function movedBy(room: Room | null, notes: readonly Note[]): Map<string, MovedNote> {
  const moved = new Map<string, MovedNote>();
  const ids = room?.shownNow("notes");
  if (room === null || ids === undefined || ids.size === 0) return moved;
  for (const was of notes) {
    const shownNote = ids.has(was.id) ? room.shown("notes", was.id) : undefined;
    const member = room.shownBy("notes", was.id);
    const memberThere = member === null ? undefined : room.others.value.find((each) => each.member === member);
    if (shownNote === undefined || memberThere === undefined) continue;
    const { time, duration, key, vel } = shownNote;
    moved.set(was.id, { name: memberThere.name.slice(0, 24), colour: safeColour(memberThere.color), was, shown: { id: was.id, time, duration, key, vel } });
  }
  return moved;
}

/** Note -> the colour of who has it selected. */
export function takenBy(studio: Studio): Map<string, string> {
  const colourByNote = new Map<string, string>();
  for (const { presence, color } of studio.room.value?.others.value ?? []) {
    for (const id of presence.selection ?? []) colourByNote.set(id, safeColour(color));
  }
  return colourByNote;
}
