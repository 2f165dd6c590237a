/** From where to where something is in the song. */

import type { Collection, Readable } from "@prime/client";

import { songEnd } from "./song_end.js";

/** In beats. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** From where to where the song plays what is selected; null: it has no place there. */
export function spanOf(song: Readable, collection: Collection, ids: readonly string[]): Span | null {
  let [first, last] = [Infinity, -Infinity];
  for (const id of ids) {
    for (const { start, end } of spansOf(song, collection, id)) [first, last] = [Math.min(first, start), Math.max(last, end)];
  }
  return last > Math.max(0, first) ? { start: Math.max(0, first), end: last } : null;
}

function spansOf(song: Readable, collection: Collection, id: string): Span[] {
  switch (collection) {
    case "clips": {
      const clip = song.get("clips", id);
      return clip === undefined || clip.slot !== null ? [] : [{ start: clip.time, end: clip.time + clip.duration }];
    }
    case "tracks": return [...song.by("clips", "track", id)].flatMap((clip) => spansOf(song, "clips", clip));
    case "notes": {
      const note = song.get("notes", id);
      const clip = note === undefined ? undefined : song.get("clips", note.clip);
      if (note === undefined || clip === undefined || clip.slot !== null) return [];
      const start = clip.time + note.time - clip.playStart;
      return [{ start, end: start + note.duration }];
    }
    case "markers": { // up to the next one
      const marker = song.get("markers", id);
      if (marker === undefined) return [];
      const later = [...song.all("markers").values()].map(({ time }) => time).filter((time) => time > marker.time);
      const end = later.length > 0 ? Math.min(...later) : songEnd(song);
      return end > marker.time ? [{ start: marker.time, end }] : [];
    }
    default: return [];
  }
}
