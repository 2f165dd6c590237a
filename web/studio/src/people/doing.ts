/** What somebody does just now, in words. */

import type { Member, Readable } from "@prime/client";

/** "pencil on Lead, beat 13"; "": nothing is known. */
export function doingInWords(member: Member, song: Readable | null): string {
  const { tool, cursor, playhead } = member.presence;
  const track = cursor?.track == null ? undefined : song?.get("tracks", cursor.track);
  const words = [
    tool ?? "",
    track === undefined ? "" : `on ${track.name.slice(0, 40)}`,
    cursor == null ? "" : `beat ${Math.floor(cursor.time) + 1}`,
    playhead?.playing === true ? "playing" : "",
  ];
  return words.filter((word) => word !== "").join(" · ");
}
