/** What may be done with scenes: each is one edit, one step of undo. */

import { between, type Readable, type Room } from "@prime/client";

/** A clip that is drawn into a slot is so long, in beats. */
const CLIP_BEATS = 4;

/** A scene below all others; returns its id. */
export function addScene(room: Room): string {
  const orders = [...room.all("scenes").values()].map(({ order }) => order).sort();
  let id = "";
  room.edit((tx) => { id = tx.insert("scenes", { name: `Scene ${orders.length + 1}`, order: between(orders.at(-1) ?? null, null) }); });
  return id;
}

/** An empty clip where scene and track meet, in a slot that is made where there is none; returns the clip's id. */
export function fillSlot(room: Room, scene: string, track: string): string {
  const freeSlot = slotsAt(room, scene, track).find((slot) => room.by("clips", "slot", slot).size === 0);
  let id = "";
  room.edit((tx) => {
    const slot = freeSlot ?? tx.insert("slots", { scene, track });
    id = tx.insert("clips", { track, slot, time: 0, duration: CLIP_BEATS, loopStart: 0, loopEnd: CLIP_BEATS });
  });
  return id;
}

/** The clip that a scene has on a track, or null: of two slots the one that holds a clip (rule M4). */
export function clipIn(song: Readable, scene: string, track: string): string | null {
  for (const slot of slotsAt(song, scene, track)) for (const clip of song.by("clips", "slot", slot)) return clip;
  return null;
}

function slotsAt(song: Readable, scene: string, track: string): string[] {
  return [...song.by("slots", "scene", scene)].filter((slot) => song.get("slots", slot)?.track === track).sort();
}
