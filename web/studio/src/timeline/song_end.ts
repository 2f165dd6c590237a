/** How long a song is. */

import type { Readable } from "@prime/client";

/** In beats: the end of its last clip or marker, and 16 at least. */
export function songEnd(song: Readable): number {
  let end = 16;
  for (const { time, duration, slot } of song.all("clips").values()) if (slot === null) end = Math.max(end, time + duration);
  for (const { time } of song.all("markers").values()) end = Math.max(end, time);
  return end;
}
