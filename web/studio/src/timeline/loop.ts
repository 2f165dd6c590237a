/** Where the loop of a song is. */

import type { Readable } from "@prime/client";

import type { Span } from "./spans.js";

/** With the id of the entity that holds it; null: the song has none. */
export function loopIn(song: Readable): (Span & { readonly id: string; readonly isOn: boolean }) | null {
  const [found] = song.all("transport");
  if (found === undefined) return null;
  const [id, { loopStart, loopEnd, loopOn }] = found;
  return { id, start: loopStart, end: loopEnd, isOn: loopOn };
}
