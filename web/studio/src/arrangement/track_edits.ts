/** What may be done with tracks. */

import { between, trackTree, type Room } from "@prime/client";

import { masterOf } from "../channels/channel_order.js";
import { lastOrder } from "../last_order.js";
import type { Studio } from "../studio.js";

const COLOURS = ["#2f8f6b", "#8a6a2c", "#6b4aa0", "#9c3f4c", "#3d5fa3", "#a05a34"] as const;

/** A track with a channel of its own, below all others; it is selected, in sight, and what is typed next is its name. */
export function addTrack(studio: Studio, room: Room): void {
  const count = room.all("tracks").size;
  const name = `Track ${count + 1}`;
  const master = masterOf(room);
  let track = "";
  room.edit((tx) => {
    const channel = tx.insert("channels", { name, order: lastOrder(room.all("channels").values()), dest: master });
    track = tx.insert("tracks", { name, color: COLOURS[count % COLOURS.length]!, channel, order: lastOrder(room.all("tracks").values()) });
  });
  studio.select("tracks", [track]);
  studio.jump.value = { track, keys: "name" };
}

/** Tracks become one group, in the place of the first, with a channel into which theirs go; the name is typed next. Nothing for tracks of several groups. */
export function group(studio: Studio, room: Room, ids: readonly string[]): void {
  const tracks = trackTree(room).filter(({ id }) => ids.includes(id)).map(({ id }) => [id, room.get("tracks", id)!] as const);
  const first = tracks[0]?.[1];
  if (first === undefined) return;
  if (tracks.some(([, { parent }]) => parent !== first.parent)) {
    studio.tell("Select tracks of one group to put them into a new one.", "warning");
    return;
  }
  const master = masterOf(room);
  let newTrack = "";
  room.edit((tx) => {
    const channel = tx.insert("channels", { name: "Group", role: "submix", order: lastOrder(room.all("channels").values()), dest: master });
    newTrack = tx.insert("tracks", { name: "Group", content: ["tracks"], channel, parent: first.parent, order: first.order, color: first.color });
    let order: string | null = null;
    for (const [id, track] of tracks) {
      order = between(order, null);
      tx.move("tracks", id, { parent: newTrack, order });
      const ownChannel = track.channel === null ? undefined : room.get("channels", track.channel);
      if (ownChannel?.role === "regular" && ownChannel.dest === master) tx.set("channels", track.channel!, { dest: channel });
    }
  });
  studio.select("tracks", [newTrack]);
  studio.jump.value = { track: newTrack, keys: "name" };
}

/** Move a track among its siblings, by one place; nothing where there is none. */
export function shift(room: Room, track: string, step: -1 | 1): void {
  const parent = room.get("tracks", track)?.parent ?? null;
  const siblings = trackTree(room).map(({ id }) => id).filter((id) => room.get("tracks", id)?.parent === parent);
  const target = siblings.indexOf(track) + step;
  if (target < 0 || target >= siblings.length) return;
  const otherSiblings = siblings.filter((id) => id !== track);
  const orderAt = (place: number): string | null => (otherSiblings[place] === undefined ? null : (room.get("tracks", otherSiblings[place])?.order ?? null));
  const [before, after] = [orderAt(target - 1), orderAt(target)];
  if (before !== null && after !== null && before >= after) return; // equal keys leave no room between
  room.edit((tx) => tx.move("tracks", track, { order: between(before, after) }));
}
