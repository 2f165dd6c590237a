/** What people call the properties of the song. The types fail for a property of the schema that has no words here. */

import type { Collection, Entities } from "@prime/client";

/** A switch has words for on and for off. */
export type Words = string | readonly [on: string, off: string];

type WordsOf<Entity> = {
  readonly [name in keyof Entity & string]-?: Exclude<Entity[name], undefined> extends boolean ? readonly [on: string, off: string] : string;
};

export const PROPERTY_WORDS: { readonly [collection in Collection]: WordsOf<Entities[collection]> } = {
  project: { name: "name", key: "key", scale: "scale", timeUnit: "unit of time", sampleRate: "sample rate" },
  transport: { loopStart: "loop start", loopEnd: "loop end", loopOn: ["loop on", "loop off"], metronome: ["metronome on", "metronome off"] },
  tempo: { time: "place", slot: "side of the jump", bpm: "tempo", interp: "way to the next" },
  signatures: { time: "place", num: "beats in a bar", den: "length of a beat" },
  markers: { time: "place", name: "name", color: "colour" },
  tracks: {
    name: "name", parent: "group", order: "order", content: "content", channel: "channel", color: "colour",
    loaded: ["loaded", "not loaded"],
  },
  channels: {
    name: "name", order: "order", role: "role", dest: "output", audioChannels: "audio channels", volume: "volume", pan: "pan",
    mute: ["muted", "not muted"], solo: ["solo", "not solo"],
  },
  sends: {
    channel: "channel", dest: "output", order: "order", type: "tap", enable: ["on", "off"], volume: "volume", pan: "pan",
  },
  devices: {
    channel: "channel", order: "order", role: "role", format: "format", deviceId: "plug-in", name: "name", enabled: ["on", "off"],
    stateRef: "stored state", presetId: "preset", params: "parameters",
  },
  clips: {
    track: "track", kind: "kind", time: "place", duration: "length", playStart: "content start", loopStart: "loop start", loopEnd: "loop end",
    contentTimeUnit: "unit of its content", fadeIn: "fade in", fadeOut: "fade out", gain: "gain", enable: ["active", "not active"],
    name: "name", color: "colour", media: "recording", ref: "content", slot: "slot", lane: "lane",
  },
  notes: {
    clip: "clip", time: "place", duration: "length", key: "key", vel: "velocity", rel: "release velocity", pan: "pan", ch: "MIDI channel",
  },
  lanes: { track: "track", clip: "clip", target: "target", unit: "unit", name: "name", enable: ["on", "off"] },
  points: { lane: "lane", time: "place", slot: "side of the jump", value: "value", interp: "way to the next" },
  warps: { clip: "clip", time: "place", contentTime: "place in the recording" },
  scenes: { name: "name", order: "order", color: "colour" },
  slots: { scene: "scene", track: "track", hasStop: ["stop button", "no stop button"] },
  media: {
    name: "name", audioFile: "audio file", sha256: "checksum", path: "path", duration: "length", sampleRate: "sample rate",
    channels: "channels", stemOf: "mix that it is a stem of",
  },
};

/** Of a property that this page does not know (a newer server has it): its name. */
export function wordsOf(collection: Collection, property: string): Words {
  const propertyWords = (PROPERTY_WORDS[collection] as { readonly [name: string]: Words })[property];
  return propertyWords ?? property.slice(0, 40);
}

/** As at the beginning of a sentence. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
