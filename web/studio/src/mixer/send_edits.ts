/** What may be done with sends and the channels they go to: each is one edit, one step of undo. */

import type { Readable, Room } from "@prime/client";

import { lastOrder } from "../last_order.js";
import { leads } from "../channels/routing.js";
import { masterOf } from "../channels/channel_order.js";

/** Channels that a channel may send to and does not yet: effects and groups that do not come back to it. */
export function destinations(song: Readable, channel: string): string[] {
  const usedDestinations = new Set([...song.by("sends", "channel", channel)].map((id) => song.get("sends", id)?.dest));
  const found = [...song.all("channels")].filter(([id, { role }]) => (role === "effect" || role === "submix") && !usedDestinations.has(id) && leads(song, channel, id));
  return found.map(([id]) => id).sort();
}

/** Behind those that it has; returns its id. */
export function addSend(room: Room, channel: string, dest: string): string {
  let id = "";
  const siblings = [...room.by("sends", "channel", channel)].flatMap((send) => room.get("sends", send) ?? []);
  room.edit((tx) => { id = tx.insert("sends", { channel, dest, order: lastOrder(siblings) }); });
  return id;
}

/** A channel without a track, into the master; returns its id. */
export function addEffect(room: Room): string {
  const count = [...room.all("channels").values()].filter(({ role }) => role === "effect").length;
  const dest = masterOf(room);
  let id = "";
  room.edit((tx) => { id = tx.insert("channels", { name: `Effect ${count + 1}`, role: "effect", dest, order: lastOrder(room.all("channels").values()) }); });
  return id;
}
