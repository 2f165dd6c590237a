/** What a clip is called above its notes. */

import type { Readable } from "@prime/client";

import { isolated } from "../canvas/letters.js";

/** Its name, or that of its track. */
export function titleOf(song: Readable, clip: string): string {
  const entity = song.get("clips", clip);
  return isolated(entity?.name || song.get("tracks", entity?.track ?? "")?.name || "Clip");
}
