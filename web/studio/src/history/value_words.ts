/** Values of properties in words: bars and beats, decibels, names of keys and of what is pointed at. */

import { COLLECTIONS, type Collection, type Readable } from "@prime/client";

import { signaturesOf } from "../timeline/signatures.js";
import { nameOf } from "../channels/channel_names.js";
import { gainInWords, panInWords } from "../channels/volume_and_pan.js";
import { beatInClip, placeExactly } from "../timeline/place_words.js";
import { keyInWords } from "../words/key_words.js";
import { wordsOf } from "../words/property_words.js";
import { tempoInWords } from "../words/tempo_words.js";

/** Their time is of the song; that of others is of the clip that they are in. */
const ON_TIME_LINE: ReadonlySet<Collection> = new Set(["clips", "markers", "tempo", "signatures"]);

/** Properties that say where something is; an edit of nothing else moves it. */
const WHERE: ReadonlySet<string> = new Set(["time", "track", "parent", "order", "lane", "slot"]);

/** Properties that are lengths, in beats. */
const LENGTHS: ReadonlySet<string> = new Set(["duration", "playStart", "fadeIn", "fadeOut"]);

/** Characters of a text that are shown. */
const MOST_TEXT = 40;

/** Whether a `set` only moves it. */
export function isMove(collection: Collection, props: object): boolean {
  const names = Object.keys(props);
  return collection !== "project" && names.length > 0 && names.every((name) => WHERE.has(name) || (collection === "notes" && name === "key"));
}

/** "volume to -6.0 dB", "to 12.3", "to track “Bass”", "not muted". */
export function valueInWords(collection: Collection, name: string, value: unknown, song: Readable): string {
  const propertyWords = wordsOf(collection, name);
  if (typeof propertyWords !== "string") return propertyWords[value === true ? 0 : 1];
  if (name === "order") return "to another place in the order";
  if (value === null) return name === "parent" ? "out of its group" : `no ${propertyWords}`;
  const shownText = shownValue(collection, name, value, song);
  if (isPointer(collection, name)) return shownText === "" ? `to another ${propertyWords}` : `to ${propertyWords} ${shownText}`;
  const isPlain = name === "time" || name === "bpm" || (name === "key" && collection === "notes");
  return shownText === "" ? propertyWords : isPlain ? `to ${shownText}` : `${propertyWords} to ${shownText}`;
}

/** "volume from -6.0 dB to -3.0 dB", "from 12.1 to 13.1", "muted", "another order". `then`, `now`: tell names. */
export function changeInWords(collection: Collection, name: string, [was, is]: readonly [unknown, unknown], then: Readable, now: Readable): string {
  const propertyWords = wordsOf(collection, name);
  if (typeof propertyWords !== "string") return propertyWords[is === true ? 0 : 1];
  const [before, after] = [was ?? null, is ?? null].map((value, at) => (value === null ? "none" : shownValue(collection, name, value, at === 0 ? then : now)));
  if (before !== "" && before === after && typeof is === "number") return `${propertyWords} changed a little`;
  return before === "" || after === "" || before === after || name === "order" ? `another ${propertyWords}` : `${propertyWords} from ${before} to ${after}`;
}

/** The value by itself, of a property that is no switch; "": it says nothing to anybody. */
function shownValue(collection: Collection, name: string, value: unknown, song: Readable): string {
  const pointed = COLLECTIONS[collection].pointers[name]?.[0];
  if (pointed !== undefined) return typeof value === "string" ? nameInSong(pointed, value, song) : "";
  if (typeof value === "number") return numberInWords(collection, name, value, song);
  if (name === "color") return "";
  if (typeof value === "string") return `“${value.slice(0, MOST_TEXT)}”`;
  return Array.isArray(value) ? value.slice(0, 6).map(String).join(", ").slice(0, MOST_TEXT) : "";
}

function isPointer(collection: Collection, name: string): boolean {
  return COLLECTIONS[collection].pointers[name] !== undefined;
}

/** An id says nothing to anybody: what has it is named. */
function nameInSong(collection: Collection, id: string, song: Readable): string {
  const entity = song.get(collection, id) as { readonly name?: unknown } | undefined;
  const name = nameOf(song, collection, id, entity?.name);
  return name === "" ? "" : `“${name.slice(0, MOST_TEXT)}”`;
}

function numberInWords(collection: Collection, name: string, value: number, song: Readable): string {
  switch (name) {
    case "volume": case "gain": return gainInWords(value);
    case "pan": return panInWords(value);
    case "vel": case "rel": return String(Math.round(value * 127));
    case "ch": case "lane": return String(value + 1);
    case "bpm": return tempoInWords(value);
    case "sampleRate": return `${rounded(value)} Hz`;
    case "contentTime": return `${rounded(value)} s`;
    case "den": return `1/${value}`;
    case "key": return collection === "notes" ? keyInWords(value) : String(value);
    case "time": return ON_TIME_LINE.has(collection) ? placeExactly(signaturesOf(song), value) : beatInClip(value);
  }
  if (collection === "transport") return placeExactly(signaturesOf(song), value);
  if (collection === "clips" && (name === "loopStart" || name === "loopEnd")) return beatInClip(value);
  if (collection === "media" && name === "duration") return `${rounded(value)} s`;
  if (LENGTHS.has(name)) return `${rounded(value)} ${value === 1 ? "beat" : "beats"}`;
  return String(rounded(value));
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
