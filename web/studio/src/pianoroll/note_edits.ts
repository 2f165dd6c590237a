/** Edits of several notes, each one delta. */

import type { Room } from "@prime/client";

import type { Note } from "./roll_view.js";

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
