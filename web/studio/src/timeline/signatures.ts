/** The time signatures of a song. */

import type { Readable } from "@prime/client";

export interface Signature {
  readonly time: number;
  readonly num: number;
  readonly den: number;
}

/** The signatures in order; a song without any is in four quarters. */
export function signaturesOf(song: Readable): Signature[] {
  const signatures = [...song.all("signatures").values()].sort((a, b) => a.time - b.time);
  return signatures.length === 0 || signatures[0]!.time > 0 ? [{ time: 0, num: 4, den: 4 }, ...signatures] : signatures;
}
