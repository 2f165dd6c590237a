/** How loud each channel is, and where its sound goes: faders, mute, solo, groups and sends. Pure. */

import type { Readable } from "@prime/client";

import { masterOf } from "./channel_order.js";

export interface Heard {
  /** Linear, of the fader; 0: muted, or others are solo. */
  readonly gain: number;
  /** -1 left to 1 right. */
  readonly pan: number;
  /** The channel that it goes to; null: to the speakers. */
  readonly to: string | null;
  readonly sends: readonly Send[];
}

export interface Send {
  readonly id: string;
  readonly to: string;
  readonly gain: number;
  /** Whether it is taken in front of the fader. */
  readonly isPre: boolean;
}

/** Channel -> what is heard of it. Who leads to nothing goes to the master, and the master to the speakers. */
export function routing(song: Readable): Map<string, Heard> {
  const master = masterOf(song);
  const heard = new Map<string, Heard>();
  for (const [id, { volume, pan, dest, role }] of song.all("channels")) {
    const to = id === master || role === "vca" ? null : leads(song, id, dest ?? master) ? (dest ?? master) : null;
    heard.set(id, { gain: isHeard(song, id) ? volume : 0, pan: pan * 2 - 1, to, sends: sendsOf(song, id) });
  }
  return heard;
}

function sendsOf(song: Readable, channel: string): Send[] {
  const sends: Send[] = [];
  for (const id of song.by("sends", "channel", channel)) {
    const send = song.get("sends", id);
    if (send === undefined || !send.enable || !leads(song, channel, send.dest)) continue;
    sends.push({ id, to: send.dest, gain: send.volume, isPre: send.type === "pre" });
  }
  return sends;
}

/** Whether the sound of `from` may go to `to`: it never comes back to itself, for that would howl. */
export function leads(song: Readable, from: string, to: string | null): boolean {
  if (to === null || song.get("channels", to) === undefined) return false;
  const visited = new Set<string>();
  const open = [to];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === from) return false;
    if (visited.has(at)) continue;
    visited.add(at);
    const dest = song.get("channels", at)?.dest;
    if (dest != null) open.push(dest);
    for (const send of song.by("sends", "channel", at)) open.push(song.get("sends", send)?.dest ?? at);
  }
  return true;
}

/** Not muted, and solo where any is; groups, effects and the master sound as long as they are not muted. */
export function isHeard(song: Readable, channel: string): boolean {
  const strip = song.get("channels", channel);
  if (strip === undefined || strip.mute) return false;
  if (strip.solo || (strip.role !== undefined && strip.role !== "regular")) return true;
  for (const { solo } of song.all("channels").values()) if (solo) return isGroupSolo(song, channel);
  return true;
}

/** Whether a group that it goes through is solo. */
function isGroupSolo(song: Readable, channel: string): boolean {
  const visited = new Set<string>();
  for (let at = song.get("channels", channel)?.dest ?? null; at !== null && !visited.has(at); at = song.get("channels", at)?.dest ?? null) {
    visited.add(at);
    if (song.get("channels", at)?.solo) return true;
  }
  return false;
}
