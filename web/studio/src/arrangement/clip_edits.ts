/** What may be done with clips: each is one edit, one step of undo. */

import { newId, tempoMap, type Readable, type Room, type Transaction } from "@prime/client";

export interface ClipPlace {
  readonly time: number;
  readonly duration: number;
  readonly track: string;
  readonly playStart: number;
}

/** Shorter than so many beats no clip gets. */
export const LEAST_DURATION = 1 / 16;

/** Clips moved by beats and rows; none gets in front of beat 0. `tracks`: from top to bottom. */
export function movedBy(song: Readable, ids: readonly string[], beats: number, rows: number, tracks: readonly string[]): Map<string, ClipPlace> {
  const clips = ids.map((id) => [id, song.get("clips", id)] as const).filter(([, clip]) => clip !== undefined);
  const first = Math.min(...clips.map(([, clip]) => clip!.time));
  const step = Math.max(beats, -first);
  return new Map(clips.map(([id, clip]) => {
    const { time, duration, track, playStart } = clip!;
    const trackIndex = tracks.indexOf(track);
    const target = trackIndex < 0 ? track : (tracks[Math.min(tracks.length - 1, Math.max(0, trackIndex + rows))] ?? track);
    return [id, { time: time + step, duration, track: target, playStart }];
  }));
}

/** How much of a clip's content lies between two beats of the song, in the unit of its content. */
export function contentBetween(song: Readable, id: string, from: number, to: number): number {
  if (song.get("clips", id)?.contentTimeUnit !== "seconds") return to - from;
  const tempo = tempoMap(song.all("tempo"));
  return tempo.seconds(to) - tempo.seconds(from);
}

/** A clip one edge of which is dragged to a beat. `content`: how much content lies between two beats. */
export function resized(clip: ClipPlace, edge: "start" | "end", time: number, content: (from: number, to: number) => number): ClipPlace {
  const end = clip.time + clip.duration;
  if (edge === "end") return { ...clip, duration: Math.max(LEAST_DURATION, time - clip.time) };
  const start = Math.min(Math.max(0, time), end - LEAST_DURATION);
  const playStart = clip.playStart + content(clip.time, start);
  return playStart < 0 ? clip : { ...clip, time: start, duration: end - start, playStart };
}

/** Store where clips are now. */
export function place(tx: Transaction, song: Readable, places: ReadonlyMap<string, ClipPlace>): void {
  for (const [id, to] of places) {
    const was = song.get("clips", id);
    if (was === undefined) continue;
    if (to.track !== was.track) tx.move("clips", id, { parent: to.track, time: to.time });
    else if (to.time !== was.time) tx.set("clips", id, { time: to.time });
    if (to.duration !== was.duration) tx.set("clips", id, { duration: to.duration, ...(to.playStart !== was.playStart && { playStart: to.playStart }) });
  }
}

/** Whether `place` would change anything. */
export function isElsewhere(song: Readable, places: ReadonlyMap<string, ClipPlace>): boolean {
  return [...places].some(([id, to]) => {
    const was = song.get("clips", id);
    return was !== undefined && (to.track !== was.track || to.time !== was.time || to.duration !== was.duration);
  });
}

/** Copies behind the last of them, with their notes and automation; returns the new ids. */
export function duplicated(room: Room, ids: readonly string[]): string[] {
  const clips = ids.map((id) => [id, room.get("clips", id)] as const).filter(([, clip]) => clip !== undefined);
  if (clips.length === 0) return [];
  return pasted(room, ids, Math.max(...clips.map(([, clip]) => clip!.time + clip!.duration)));
}

/** Copies on the same tracks, the first of them at a beat; returns the new ids. Those that are gone are left out. */
export function pasted(room: Room, ids: readonly string[], at: number): string[] {
  const clips = ids.flatMap((id) => {
    const clip = room.get("clips", id);
    return clip === undefined ? [] : [[id, clip] as const];
  });
  if (clips.length === 0) return [];
  const step = at - Math.min(...clips.map(([, { time }]) => time));
  const newClips: string[] = [];
  room.edit((tx) => {
    for (const [id, clip] of clips) newClips.push(copied(tx, room, id, { ...clip, time: clip.time + step }));
  });
  return newClips;
}

/** Copies of clips in other places, while these stay; returns the new ids. */
export function copiedTo(room: Room, places: ReadonlyMap<string, ClipPlace>): string[] {
  const newClips: string[] = [];
  room.edit((tx) => {
    for (const [id, to] of places) {
      const clip = room.get("clips", id);
      if (clip !== undefined) newClips.push(copied(tx, room, id, { ...clip, ...to }));
    }
  });
  return newClips;
}

function copied(tx: Transaction, room: Room, id: string, clip: NonNullable<ReturnType<Room["get"]>>): string {
  const newClip = tx.insert("clips", { ...clip, slot: null } as never, newId()); // a slot holds one clip
  for (const note of room.by("notes", "clip", id)) tx.insert("notes", { ...room.get("notes", note)!, clip: newClip });
  for (const lane of room.by("lanes", "clip", id)) {
    const copy = tx.insert("lanes", { ...room.get("lanes", lane)!, clip: newClip });
    for (const point of room.by("points", "lane", lane)) tx.insert("points", { ...room.get("points", point)!, lane: copy });
  }
  return newClip;
}

/** One clip becomes two at a beat inside of it; returns the id of the second, or null: the beat is outside. */
export function split(room: Room, id: string, at: number): string | null {
  const clip = room.get("clips", id);
  if (clip === undefined || clip.slot !== null || at - clip.time < LEAST_DURATION || clip.time + clip.duration - at < LEAST_DURATION) return null;
  let second = "";
  room.edit((tx) => {
    const within = at - clip.time;
    const playStart = inLoop(clip.playStart + contentBetween(room, id, clip.time, at), clip);
    second = copied(tx, room, id, { ...clip, time: at, duration: clip.duration - within, playStart });
    tx.set("clips", id, { duration: within });
  });
  return second;
}

/** Where in its content a clip plays, once it has looped. */
function inLoop(at: number, { loopStart, loopEnd }: { loopStart: number | null; loopEnd: number | null }): number {
  if (loopStart === null || loopEnd === null || loopEnd <= loopStart || at < loopEnd) return at;
  return loopStart + ((at - loopStart) % (loopEnd - loopStart));
}

/** Delete them all. */
export function remove(room: Room, ids: readonly string[]): void {
  const existingClips = ids.filter((id) => room.get("clips", id) !== undefined);
  if (existingClips.length > 0) room.edit((tx) => existingClips.forEach((id) => tx.delete("clips", id)));
}

/** An empty clip of a bar or so; returns its id. */
export function drawn(room: Room, track: string, time: number, duration: number): string {
  let id = "";
  room.edit((tx) => { id = tx.insert("clips", { track, time, duration: Math.max(LEAST_DURATION, duration) }); });
  return id;
}
