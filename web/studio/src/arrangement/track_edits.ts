/** What may be done with tracks. */

import { between, trackTree, type Room } from "@prime/client";

import type { Studio } from "../studio.js";

const COLOURS = ["#2f8f6b", "#8a6a2c", "#6b4aa0", "#9c3f4c", "#3d5fa3", "#a05a34"] as const;

/** A track with a channel of its own, below all others; it is selected, in sight, and what is typed next is its name. */
export function addTrack(studio: Studio, room: Room): void {
  const count = room.all("tracks").size;
  const name = `Track ${count + 1}`;
  const master = [...room.all("channels")].find(([, { role }]) => role === "master")?.[0] ?? null;
  let track = "";
  room.edit((tx) => {
    const channel = tx.insert("channels", { name, order: lastOrder(room.all("channels").values()), dest: master });
    track = tx.insert("tracks", { name, color: COLOURS[count % COLOURS.length]!, channel, order: lastOrder(room.all("tracks").values()) });
  });
  studio.select("tracks", [track]);
  studio.jump.value = { track, keys: "name" };
}

function lastOrder(siblings: Iterable<{ readonly order: string }>): string {
  let last: string | null = null;
  for (const { order } of siblings) if (last === null || order > last) last = order;
  return between(last, null);
}

/** Move a track among its siblings, by one place; nothing where there is none. */
export function shift(room: Room, track: string, step: -1 | 1): void {
  const parent = room.get("tracks", track)?.parent ?? null;
  const siblings = trackTree(room).map(({ id }) => id).filter((id) => room.get("tracks", id)?.parent === parent);
  const target = siblings.indexOf(track) + step;
  if (target < 0 || target >= siblings.length) return;
  const rest = siblings.filter((id) => id !== track);
  const orderAt = (place: number): string | null => (rest[place] === undefined ? null : (room.get("tracks", rest[place])?.order ?? null));
  const [before, after] = [orderAt(target - 1), orderAt(target)];
  if (before !== null && after !== null && before >= after) return; // equal keys leave no room between
  room.edit((tx) => tx.move("tracks", track, { order: between(before, after) }));
}
