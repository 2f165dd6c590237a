/** What keys do with the notes that are selected; each press is one edit, a burst of one key one step of undo. */

import type { Room } from "@prime/client";

import { ofPress, type OfPress } from "../keys/bursts.js";
import { remove } from "./note_edits.js";
import { LEAST_NOTE, type Note } from "./note_places.js";

/** Returns whether the key was for the notes. Arrows move by `grid` and by keys, Shift by octaves or resizes; + and - are louder and softer. */
export function pressed(room: Room, notes: readonly Note[], grid: number, event: { key: string; shiftKey: boolean }): boolean {
  if (notes.length === 0) return false;
  const together = (): OfPress => ofPress(event.key, String(event.shiftKey), ...notes.map(({ id }) => id));
  const change = (to: (note: Note) => Partial<Note>): boolean => {
    room.edit((tx) => notes.forEach((note) => tx.set("notes", note.id, to(note))), together());
    return true;
  };
  const octave = event.shiftKey ? 12 : 1;
  switch (event.key) {
    case "ArrowUp": return change(({ key }) => ({ key: Math.min(127, key + octave) }));
    case "ArrowDown": return change(({ key }) => ({ key: Math.max(0, key - octave) }));
    case "ArrowLeft": return change((note) => (event.shiftKey ? { duration: Math.max(LEAST_NOTE, note.duration - grid) } : { time: Math.max(0, note.time - grid) }));
    case "ArrowRight": return change((note) => (event.shiftKey ? { duration: note.duration + grid } : { time: note.time + grid }));
    case "+": case "=": return change(({ vel }) => ({ vel: louder(vel, 0.05) }));
    case "-": return change(({ vel }) => ({ vel: louder(vel, -0.05) }));
    case "Delete": case "Backspace":
      remove(room, notes);
      return true;
    default: return false;
  }
}

function louder(vel: number, by: number): number {
  return Math.round(Math.min(1, Math.max(0, vel + by)) * 100) / 100;
}
