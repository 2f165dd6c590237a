/** The loop of the song: where it is, where its edges may go, and what of the song it may be made of. */

import type { Collection, Readable, Room } from "@prime/client";

import { songEnd } from "../../timeline/song_end.js";

export interface Span {
  readonly start: number;
  readonly end: number;
}

export type Edge = "start" | "end";

/** Shorter than so many beats it does not get. */
const LEAST_LOOP = 1 / 16;

/** With the id of the entity that holds it; null: the song has none. */
export function loopIn(song: Readable): (Span & { readonly id: string; readonly isOn: boolean }) | null {
  const [found] = song.all("transport");
  if (found === undefined) return null;
  const [id, { loopStart, loopEnd, loopOn }] = found;
  return { id, start: loopStart, end: loopEnd, isOn: loopOn };
}

/** One edge at a beat: it stops in front of the other one. */
export function edgeAt({ start, end }: Span, edge: Edge, time: number): Span {
  return edge === "start" ? { start: Math.max(0, Math.min(time, end - LEAST_LOOP)), end } : { start, end: Math.max(time, start + LEAST_LOOP) };
}

/** One edit, if it is another one. `isOn`: whether it is played as well. */
export function setLoop(room: Room, { start, end }: Span, more: { readonly isOn?: true; readonly step?: string } = {}): void {
  const was = loopIn(room);
  if (was === null || end <= start || (was.start === start && was.end === end && (more.isOn === undefined || was.isOn))) return;
  const change = { loopStart: start, loopEnd: end, ...(more.isOn && { loopOn: true }) };
  room.edit((tx) => tx.set("transport", was.id, change), more.step === undefined ? {} : { step: more.step });
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
