/** The instruments that the page has, and which of them plays a track: chosen in the song by a device, or by its MIDI program, or by the track's name. */

import { between, inOrder, type Entities, type Readable, type Room } from "@prime/client";

/** What each is called, and the `deviceId` that names it in a song. */
export const BUILT_IN = {
  synth: ["Synthesizer", "prime.synth"], keys: ["Electric piano", "prime.tine-piano"], organ: ["Organ", "prime.organ"], bass: ["Bass", "prime.sub-bass"],
  lead: ["Lead", "prime.glass-lead"], pad: ["Strings and pads", "prime.ensemble"], pluck: ["Plucked strings", "prime.pluck"], drums: ["Drums", "prime.drum-sampler"],
} as const;

export type BuiltIn = keyof typeof BUILT_IN;

const BY_DEVICE_ID: ReadonlyMap<string, BuiltIn> = new Map(Object.entries(BUILT_IN).map(([name, [, deviceId]]) => [deviceId, name as BuiltIn]));

/** Names of tracks and clips whose keys are drums. */
const DRUMS = /drum|kick|snare|hat|clap|perc|cymbal|tom|crash|beat|rim|shaker/i;

/** What plays the sixteen families of General MIDI's programs, eight each: pianos, mallets, organs, guitars, basses, strings ... */
const FAMILIES: readonly BuiltIn[] = ["keys", "pluck", "organ", "pluck", "bass", "pad", "pad", "lead", "lead", "lead", "lead", "pad", "pad", "pluck", "pluck", "synth"];

/** The channel of drums in General MIDI, counted from 1. */
const DRUM_CHANNEL = 10;

export interface Device extends Readonly<Entities["devices"]> {
  readonly id: string;
}

/** In the order in which the sound goes through them. */
export function devicesOf(song: Readable, channel: string): Device[] {
  const devices: Device[] = [];
  for (const id of song.by("devices", "channel", channel)) {
    const device = song.get("devices", id);
    if (device !== undefined) devices.push({ ...device, id });
  }
  return devices.sort(inOrder);
}

/** Which of the page's a device is, or null. */
export function builtInOf({ role, format, deviceId }: Device): BuiltIn | null {
  return role === "instrument" && format === "builtin" ? (BY_DEVICE_ID.get(deviceId) ?? null) : null;
}

/** The device by which one of the page's was chosen for a channel, or null. */
export function chosenOf(song: Readable, channel: string): Device | null {
  return devicesOf(song, channel).find((device) => builtInOf(device) !== null) ?? null;
}

/** What plays a clip of a track; null: its instruments are switched off. */
export function instrumentFor(song: Readable, track: string, clipName: string): BuiltIn | null {
  const { name = "", channel = null } = song.get("tracks", track) ?? {};
  const instruments = channel === null ? [] : devicesOf(song, channel).filter(({ role }) => role === "instrument");
  if (instruments.length > 0 && instruments.every(({ enabled }) => !enabled)) return null;
  const on = instruments.filter(({ enabled }) => enabled);
  const ownInstrument = on.map(builtInOf).find((each) => each !== null) ?? on.map(byProgram).find((each) => each !== null);
  if (ownInstrument !== undefined && ownInstrument !== null) return ownInstrument;
  return DRUMS.test(name) || DRUMS.test(clipName) ? "drums" : "synth";
}

/** What a device of the format `midi` asks for, as files bring it along; null: nothing. */
function byProgram({ format, params }: Device): BuiltIn | null {
  const { channel, program } = params as { readonly channel?: unknown; readonly program?: unknown };
  if (format !== "midi") return null;
  if (channel === DRUM_CHANNEL) return "drums";
  return typeof program === "number" ? (FAMILIES[Math.floor(program / 8)] ?? null) : null;
}

/** One edit; null: as if none had ever been chosen. */
export function choose(room: Room, channel: string, name: BuiltIn | null): void {
  const chosenDevice = chosenOf(room, channel);
  if (name === null) {
    if (chosenDevice !== null) room.edit((tx) => tx.delete("devices", chosenDevice.id));
    return;
  }
  const [title, deviceId] = BUILT_IN[name];
  const props = { deviceId, name: title, enabled: true };
  if (chosenDevice !== null) room.edit((tx) => tx.set("devices", chosenDevice.id, props));
  else room.edit((tx) => tx.insert("devices", { channel, role: "instrument", format: "builtin", order: between(null, devicesOf(room, channel)[0]?.order ?? null), ...props }));
}
