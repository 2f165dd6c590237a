/** One name for a track and its channel, as in other DAWs: the strip shows the track's, and a new name is given to both. */

import type { Readable, Transaction } from "@prime/client";

/** The track whose own channel it is; null: none plays on it, or several do. */
function ownTrack(song: Readable, channel: string): string | null {
  const [track, ...others] = song.by("tracks", "channel", channel);
  return track === undefined || others.length > 0 ? null : track;
}

/** As the strip shows it; "": it is not there, or has no name. */
export function channelName(song: Readable, channel: string): string {
  const track = ownTrack(song, channel);
  return song.get("tracks", track ?? "")?.name || (song.get("channels", channel)?.name ?? "");
}

/** The same of any entity that has a name. */
export function nameOf(song: Readable, collection: string, id: string, own: unknown): string {
  const shared = collection === "channels" ? channelName(song, id) : "";
  return shared !== "" ? shared : typeof own === "string" ? own : "";
}

/** Give a name to a track and to its own channel, whichever of them is meant. */
export function rename(tx: Transaction, song: Readable, collection: "tracks" | "channels", id: string, name: string): void {
  const track = collection === "tracks" ? id : ownTrack(song, id);
  const channel = collection === "channels" ? id : (song.get("tracks", id)?.channel ?? null);
  const isShared = track !== null && channel !== null && ownTrack(song, channel) === track;
  if (track !== null && (isShared || collection === "tracks")) tx.set("tracks", track, { name });
  if (channel !== null && (isShared || collection === "channels")) tx.set("channels", channel, { name });
}
