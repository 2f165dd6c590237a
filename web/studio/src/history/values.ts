/** New values of an edit in words: bars and beats, decibels, names of keys and of what is pointed at. */

import { COLLECTIONS, type Collection, type Readable } from "@prime/client";

import { signaturesOf } from "../arrangement/song_layer.js";
import { gainInWords, panInWords } from "../mixer/levels.js";
import { placeInNumbers } from "../timeline/place_words.js";

/** Their time is of the song; that of others is of the clip that they are in. */
const ON_TIME_LINE: ReadonlySet<Collection> = new Set(["clips", "markers", "tempo", "signatures"]);

/** Properties that say where something is; an edit of nothing else moves it. */
const WHERE: ReadonlySet<string> = new Set(["time", "track", "parent", "order", "lane", "slot"]);

/** Properties that are lengths, in beats. */
const LENGTHS: ReadonlySet<string> = new Set(["duration", "playStart", "loopStart", "loopEnd", "fadeIn", "fadeOut"]);

const KEYS = ["C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B"] as const;

/** Whether a `set` only moves it. */
export function isMove(collection: Collection, props: object): boolean {
  const names = Object.keys(props);
  return collection !== "project" && names.length > 0 && names.every((name) => WHERE.has(name) || (collection === "notes" && name === "key"));
}

/** "C4" for 60. */
export function keyInWords(key: number): string {
  return `${KEYS[((key % 12) + 12) % 12]}${Math.floor(key / 12) - 1}`;
}

/** "volume to -6.0 dB", "to 12.3", "to track “Bass”", "not mute". */
export function valueInWords(collection: Collection, name: string, value: unknown, song: Readable): string {
  const pointed = COLLECTIONS[collection].pointers[name]?.[0];
  if (pointed !== undefined) return pointedInWords(name, pointed, value, song);
  if (name === "order") return "to another place in the order";
  if (typeof value === "number") return numberInWords(collection, name, value, song);
  if (typeof value === "boolean") return value ? name : `not ${name}`;
  if (typeof value === "string") return `${name} to “${value.slice(0, 40)}”`;
  return value === null ? `no ${name}` : name;
}

/** An id says nothing to anybody: what has it is named. */
function pointedInWords(name: string, collection: Collection, id: unknown, song: Readable): string {
  if (typeof id !== "string") return name === "parent" ? "out of its group" : `no ${name}`;
  const entity = song.get(collection, id) as { readonly name?: unknown } | undefined;
  const own = typeof entity?.name === "string" ? entity.name.slice(0, 40) : "";
  const what = name === "parent" ? "group" : name;
  return own === "" ? `to another ${what}` : `to ${what} “${own}”`;
}

function numberInWords(collection: Collection, name: string, value: number, song: Readable): string {
  if (name === "volume") return `volume to ${gainInWords(value)}`;
  if (name === "pan") return `pan to ${panInWords(value)}`;
  if (name === "key" && collection === "notes") return `to ${keyInWords(value)}`;
  if (name === "time") return ON_TIME_LINE.has(collection) ? `to ${placeInNumbers(signaturesOf(song), value)}` : `to beat ${rounded(value + 1)}`;
  if (name === "bpm") return `to ${rounded(value)} bpm`;
  if (LENGTHS.has(name)) return `${name} to ${rounded(value)} ${value === 1 ? "beat" : "beats"}`;
  return `${name} to ${rounded(value)}`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
