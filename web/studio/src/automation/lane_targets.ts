/** What a lane of automation moves: what it is called, and which values it takes. Pure. */

import type { Readable } from "@prime/client";

import { channelName } from "../channels/channel_names.js";
import { capital, wordsOf } from "../words/property_words.js";

/** Switches: 1 is on, 0 is off, and nothing lies between. */
const SWITCHES: ReadonlySet<string> = new Set(["mute", "solo", "enable", "enabled"]);

export interface Target {
  readonly collection: string;
  readonly id: string;
  readonly property: string;
}

/** Of a path as `channels/c1/volume`. */
export function targetOf(path: string): Target {
  const [collection = "", id = "", ...property] = path.split("/");
  return { collection, id, property: property.join("/") };
}

export function isSwitch(path: string): boolean {
  return SWITCHES.has(targetOf(path).property);
}

/** The least and the most that a value may be; null: whatever the points say. */
export function limitsOf(path: string, unit: string): readonly [least: number, most: number] | null {
  if (isSwitch(path)) return [0, 1];
  const { collection, property } = targetOf(path);
  if ((collection === "channels" || collection === "sends") && property === "volume" && unit === "linear") return [0, 2];
  return ({ normalized: [0, 1], percent: [0, 100] } as const)[unit] ?? null;
}

/** "Volume", "Reverb: wet", "Send to Hall: volume". */
export function laneTitle(song: Readable, lane: string): string {
  const { name = "", target = "" } = song.get("lanes", lane) ?? {};
  if (name !== "") return name.slice(0, 60);
  const { collection, id, property } = targetOf(target);
  const propertyName = property.split("/").at(-1)!.slice(0, 40);
  switch (collection) {
    case "channels": return capital(propertyName === "mute" ? "mute" : String(wordsOf("channels", propertyName)));
    case "devices": return `${(song.get("devices", id)?.name || "Device").slice(0, 40)}: ${propertyName === "enabled" ? "on" : propertyName}`;
    case "sends": return `Send to ${channelName(song, song.get("sends", id)?.dest ?? "").slice(0, 40)}: ${propertyName === "enable" ? "on" : propertyName}`;
    default: return capital(propertyName);
  }
}
