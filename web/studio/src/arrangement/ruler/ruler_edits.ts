/** What may be done with markers, tempo and time signatures: each is one edit. */

import type { Readable, Room } from "@prime/client";

import type { OfPress } from "../../keys/bursts.js";
import { inForce } from "../../timeline/in_force.js";
import type { RulerCollection } from "./chips.js";

/** Whether it is at beat 0 and the song cannot be without it (rule O10). */
export function isFirst(song: Readable, collection: RulerCollection, id: string): boolean {
  return collection !== "markers" && song.get(collection, id)?.time === 0;
}

/** Returns the id. */
export function addMarker(room: Room, time: number): string {
  let id = "";
  room.edit((tx) => { id = tx.insert("markers", { name: `Marker ${room.all("markers").size + 1}`, time }); });
  return id;
}

/** A change of tempo, to the one that holds there; returns the id of what is at that beat then. */
export function addTempo(room: Room, time: number): string {
  const tempoThere = at(room, "tempo", time);
  if (tempoThere !== null) return tempoThere;
  let id = "";
  room.edit((tx) => { id = tx.insert("tempo", { time, bpm: inForce(room, "tempo", time)?.[1].bpm ?? 120 }); });
  return id;
}

/** A change of time signature, to the one that holds there; returns the id of what is at that beat then. */
export function addSignature(room: Room, time: number): string {
  const signatureThere = at(room, "signatures", time);
  if (signatureThere !== null) return signatureThere;
  const { num, den } = inForce(room, "signatures", time)?.[1] ?? { num: 4, den: 4 };
  let id = "";
  room.edit((tx) => { id = tx.insert("signatures", { time, num, den }); });
  return id;
}

/** To another beat; what stands at beat 0 stays there. Returns whether it moved. */
export function moveTo(room: Room, collection: RulerCollection, id: string, time: number, together: OfPress = {}): boolean {
  const was = room.get(collection, id);
  if (was === undefined || was.time === time || isFirst(room, collection, id)) return false;
  room.edit((tx) => tx.set(collection, id, { time: Math.max(0, time) }), together);
  return true;
}

/** Returns how many of them are gone; those that the song cannot be without stay. */
export function remove(room: Room, collection: RulerCollection, ids: readonly string[]): number {
  const gone = ids.filter((id) => room.get(collection, id) !== undefined && !isFirst(room, collection, id));
  if (gone.length > 0) room.edit((tx) => gone.forEach((id) => tx.delete(collection, id)));
  return gone.length;
}

function at(song: Readable, collection: RulerCollection, time: number): string | null {
  for (const [id, entity] of song.all(collection)) if (Math.abs(entity.time - time) < 1e-6) return id;
  return null;
}
