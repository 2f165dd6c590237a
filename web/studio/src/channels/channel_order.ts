/** The channels from left to right: those that play by their order keys, then effects and groups, the master last. */

import { inOrder, type Readable } from "@prime/client";

const PLACES: { readonly [role: string]: number } = { regular: 0, effect: 1, submix: 2, vca: 3, master: 4 };

export function channelsInOrder(song: Readable): string[] {
  const all = [...song.all("channels")].map(([id, { order, role }]) => ({ id, order, place: PLACES[role] ?? 0 }));
  return all.sort((a, b) => a.place - b.place || inOrder(a, b)).map(({ id }) => id);
}

/** null: the song has none. */
export function masterOf(song: Readable): string | null {
  for (const [id, { role }] of song.all("channels")) if (role === "master") return id;
  return null;
}

/** Sends of a channel, in order. */
export function sendsOf(song: Readable, channel: string): string[] {
  const all = [...song.by("sends", "channel", channel)].map((id) => ({ id, order: song.get("sends", id)?.order ?? "" }));
  return all.sort(inOrder).map(({ id }) => id);
}
