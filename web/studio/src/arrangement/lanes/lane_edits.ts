/** What may be done with lanes of automation: each is one edit. */

import type { Readable, Room } from "@prime/client";

import { isSwitch, targetOf } from "../../automation/lane_targets.js";
import { lanesOf } from "./lane_rows.js";

/** What of a track's channel can be automated here, and its unit. */
export const AUTOMATABLE = [["volume", "Volume", "linear"], ["pan", "Pan", "normalized"], ["mute", "Mute", "linear"]] as const;

export type Automatable = (typeof AUTOMATABLE)[number][0];

export function hasChannel(song: Readable, track: string): boolean {
  return song.get("channels", song.get("tracks", track)?.channel ?? "") !== undefined;
}

/** Those of which a track has no lane yet; none without a channel. */
export function notAutomated(song: Readable, track: string): Automatable[] {
  const channel = song.get("tracks", track)?.channel ?? null;
  if (!hasChannel(song, track)) return [];
  const targetsThere = new Set(lanesOf(song, track).map((lane) => song.get("lanes", lane)?.target));
  return AUTOMATABLE.map(([property]) => property).filter((property) => !targetsThere.has(`channels/${channel}/${property}`));
}

/** With a point at the beginning, as it is now, so that nothing is heard of it yet; null: there is no channel. */
export function addLane(room: Room, track: string, property: Automatable): string | null {
  const channel = room.get("tracks", track)?.channel ?? null;
  const unit = AUTOMATABLE.find(([each]) => each === property)?.[2];
  if (unit === undefined || !hasChannel(room, track)) return null;
  const target = `channels/${channel}/${property}`;
  let lane = "";
  room.edit((tx) => {
    lane = tx.insert("lanes", { track, target, unit });
    tx.insert("points", { lane, time: 0, value: valueNow(room, target), interp: isSwitch(target) ? "hold" : "linear" });
  });
  return lane;
}

/** What a target is while no automation moves it; 0: it is no number. */
export function valueNow(song: Readable, target: string): number {
  const { collection, id, property } = targetOf(target);
  if (collection !== "channels" && collection !== "sends") return 0;
  const value: unknown = (song.get(collection, id) as { readonly [name: string]: unknown } | undefined)?.[property];
  return typeof value === "number" ? value : value === true ? 1 : 0;
}
