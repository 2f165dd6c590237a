/** The instruments that the page has, and which of them plays a track: chosen in the song by a device, or by the track's name. */

import { between, inOrder, type Entities, type Readable, type Room } from "@prime/client";

/** What each is called, by its name in the song. */
export const BUILT_IN = { synth: "Synthesizer", keys: "Electric piano", organ: "Organ", bass: "Bass", lead: "Lead", pad: "Pad", pluck: "Plucked strings", drums: "Drums" } as const;

export type BuiltIn = keyof typeof BUILT_IN;

/** Names of tracks and clips whose keys are drums. */
const DRUMS = /drum|kick|snare|hat|clap|perc|cymbal|tom|crash|beat|rim|shaker/i;

/** In front of the name, in `deviceId`: other programs have instruments of theirs. */
const PREFIX = "prime.";

export interface Device extends Readonly<Entities["devices"]> {
  readonly id: string;
}

/** In the order in which the sound goes through them. */
export function devicesOf(song: Readable, channel: string): Device[] {
  const found: Device[] = [];
  for (const id of song.by("devices", "channel", channel)) {
    const device = song.get("devices", id);
    if (device !== undefined) found.push({ ...device, id });
  }
  return found.sort(inOrder);
}

/** Which of the page's a device is, or null. */
export function builtInOf({ role, format, deviceId }: Device): BuiltIn | null {
  const name = deviceId.slice(PREFIX.length);
  return role === "instrument" && format === "builtin" && deviceId.startsWith(PREFIX) && Object.hasOwn(BUILT_IN, name) ? (name as BuiltIn) : null;
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
  for (const device of instruments) {
    const own = device.enabled ? builtInOf(device) : null;
    if (own !== null) return own;
  }
  return DRUMS.test(name) || DRUMS.test(clipName) ? "drums" : "synth";
}

/** One edit; null: by the track's name from now on. */
export function choose(room: Room, channel: string, name: BuiltIn | null): void {
  const chosen = chosenOf(room, channel);
  if (name === null) {
    if (chosen !== null) room.edit((tx) => tx.delete("devices", chosen.id));
    return;
  }
  const props = { deviceId: PREFIX + name, name: BUILT_IN[name], enabled: true };
  if (chosen !== null) room.edit((tx) => tx.set("devices", chosen.id, props));
  else room.edit((tx) => tx.insert("devices", { channel, role: "instrument", format: "builtin", order: between(null, devicesOf(room, channel)[0]?.order ?? null), ...props }));
}
