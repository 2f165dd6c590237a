/** Edits of several notes, each one delta. */

import type { Entities, Room } from "@prime/client";

import type { Note } from "./note_places.js";

/** A note as it is copied: all that it is. */
export type CopiedNote = Entities["notes"];

/** What the notes are, to be pasted into this clip or another. */
export function copiesOf(room: Room, notes: readonly Note[]): CopiedNote[] {
  return notes.flatMap(({ id }) => room.get("notes", id) ?? []);
}

/** The first of the copies comes at a beat of the clip's content; returns the new ids. */
export function pasted(room: Room, clip: string, copies: readonly CopiedNote[], at: number): string[] {
  if (copies.length === 0) return [];
  const by = at - Math.min(...copies.map(({ time }) => time));
  const ids: string[] = [];
  room.edit((tx) => copies.forEach((note) => ids.push(tx.insert("notes", { ...note, clip, time: note.time + by }))), { allowUnknown: true }); // a newer server's properties, too
  return ids;
}

/** Copies behind themselves, on the grid; returns the ids of the copies. */
export function duplicate(room: Room, notes: readonly Note[], grid: number): string[] {
  if (notes.length === 0) return [];
  const start = Math.min(...notes.map(({ time }) => time));
  const end = Math.max(...notes.map(({ time, duration }) => time + duration));
  const by = Math.max(grid, Math.ceil((end - start) / grid - 1e-6) * grid);
  const ids: string[] = [];
  room.edit((tx) => {
    for (const { id } of notes) {
      const note = room.get("notes", id);
      if (note !== undefined) ids.push(tx.insert("notes", { ...note, time: note.time + by }));
    }
  });
  return ids;
}

export function remove(room: Room, notes: readonly Note[]): void {
  if (notes.length > 0) room.edit((tx) => notes.forEach(({ id }) => tx.delete("notes", id)));
}

/** To the nearest line of the grid. Returns how many moved. */
export function quantize(room: Room, notes: readonly Note[], grid: number): number {
  const moved = notes.map((note) => ({ ...note, to: Math.round(note.time / grid) * grid })).filter(({ time, to }) => Math.abs(time - to) > 1e-9);
  if (moved.length > 0) room.edit((tx) => moved.forEach(({ id, to }) => tx.set("notes", id, { time: to })));
  return moved.length;
}

/** Those that a frame touches: beats, and keys from the lowest to the highest. */
export function within(notes: readonly Note[], times: readonly [number, number], keys: readonly [number, number]): string[] {
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const [low, high] = [Math.min(...keys), Math.max(...keys)];
  return notes.filter(({ time, duration, key }) => time < to && time + duration > from && key >= low && key <= high).map(({ id }) => id);
}
