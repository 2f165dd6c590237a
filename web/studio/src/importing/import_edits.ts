/** Puts a song that was read into the project that we are in: several edits, one step of undo. */

import { between, newId, type Edit, type Entities, type Room, type Transaction } from "@prime/client";

import { masterOf } from "../channels/channel_order.js";
import type { ImportedPart, ImportedSong } from "./midi_song.js";

/** In one edit: with their names and numbers they fit into one message. */
const OPS_AN_EDIT = 2_000;

/** A project holds so many entities at most (`MAX_ENTITIES`). */
export const MOST_ENTITIES = 200_000;

const COLOURS = ["#2f8f6b", "#8a6a2c", "#6b4aa0", "#9c3f4c", "#3d5fa3", "#a05a34", "#2c7d8a", "#8c3f86"] as const;

type Op = (tx: Transaction) => void;

/** How many entities a song adds. */
export function sizeOf({ parts, tempo, signatures, markers }: ImportedSong): number {
  return parts.reduce((sum, { notes }) => sum + notes.length + 4, tempo.length + signatures.length + markers.length);
}

/** How many more entities a project takes. */
export function roomLeft(room: Room): number {
  const counted = ["tempo", "signatures", "markers", "tracks", "channels", "sends", "devices", "clips", "notes", "lanes", "points", "warps", "scenes", "slots", "media"] as const;
  return MOST_ENTITIES - 2 - counted.reduce((sum, collection) => sum + room.all(collection).size, 0);
}

/** Whether a song may bring its tempo and time signatures along: only where nothing hangs on those that are there. */
export function takesTempo(room: Room): boolean {
  return room.all("clips").size === 0;
}

/** Begins at a beat. All edits are made at once and saved one after the other; returns them, and the new tracks. */
export function bringIn(room: Room, song: ImportedSong, at: number): { edits: Edit[]; tracks: string[] } {
  const tracks: string[] = [];
  const ops: Op[] = takesTempo(room) ? conductorOps(room, song) : [];
  for (const { time, name } of song.markers) ops.push((tx) => tx.insert("markers", { time: time + at, name }));
  const places = new Places(room);
  song.parts.forEach((part, number) => {
    const track = newId();
    tracks.push(track);
    ops.push(...partOps(part, track, at, places, COLOURS[number % COLOURS.length]!));
  });
  const step = `import ${newId()}`;
  const edits: Edit[] = [];
  for (let from = 0; from < ops.length; from += OPS_AN_EDIT) {
    edits.push(room.edit((tx) => ops.slice(from, from + OPS_AN_EDIT).forEach((op) => op(tx)), { step }));
  }
  return { edits, tracks };
}

/** Order keys behind all that are there. */
class Places {
  private track: string | null;
  private channel: string | null;
  readonly master: string | null;

  constructor(room: Room) {
    this.track = lastOf(room.all("tracks").values());
    this.channel = lastOf(room.all("channels").values());
    this.master = masterOf(room);
  }

  nextTrack(): string {
    return (this.track = between(this.track, null));
  }

  nextChannel(): string {
    return (this.channel = between(this.channel, null));
  }
}

function lastOf(siblings: Iterable<{ readonly order: string }>): string | null {
  let last: string | null = null;
  for (const { order } of siblings) if (last === null || order > last) last = order;
  return last;
}

/** Those at the beginning take the place of the ones that are there. */
function conductorOps(room: Room, { tempo, signatures }: ImportedSong): Op[] {
  const ops: Op[] = [];
  for (const { time, bpm } of tempo) {
    const tempoThere = idAt(room.all("tempo"), time);
    ops.push((tx) => { if (tempoThere === null) tx.insert("tempo", { time, bpm }); else tx.set("tempo", tempoThere, { bpm }); });
  }
  for (const { time, num, den: lower } of signatures) {
    const signatureThere = idAt(room.all("signatures"), time);
    const den = lower as Entities["signatures"]["den"]; // it was read as a power of two up to 32
    ops.push((tx) => { if (signatureThere === null) tx.insert("signatures", { time, num, den }); else tx.set("signatures", signatureThere, { num, den }); });
  }
  return ops;
}

function idAt(all: ReadonlyMap<string, { readonly time: number }>, time: number): string | null {
  for (const [id, entity] of all) if (entity.time === time) return id;
  return null;
}

function partOps({ name, isDrum, program, volume, pan, notes }: ImportedPart, track: string, at: number, place: Places, color: string): Op[] {
  const [channel, clip] = [newId(), newId()];
  const start = Math.floor(notes[0]!.time);
  const end = notes.reduce((last, { time, duration }) => Math.max(last, time + duration), 0);
  const params = { channel: isDrum ? 10 : 1, ...(program !== null && { program }) };
  return [
    (tx) => tx.insert("channels", { name, order: place.nextChannel(), dest: place.master, volume, pan }, channel),
    (tx) => tx.insert("devices", { channel, role: "instrument", format: "midi", deviceId: "midi", name: isDrum ? "Drums" : name, params }),
    (tx) => tx.insert("tracks", { name, color, channel, order: place.nextTrack() }, track),
    (tx) => tx.insert("clips", { track, name, time: start + at, duration: Math.max(1, Math.ceil(end) - start) }, clip),
    ...notes.map((note): Op => (tx) => tx.insert("notes", { clip, time: Math.round((note.time - start) * 1e6) / 1e6, duration: note.duration, key: note.key, vel: note.vel, ch: isDrum ? 9 : 0 })),
  ];
}
