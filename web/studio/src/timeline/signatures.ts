/** The time signatures of a song. */

import type { Readable } from "@prime/client";

export interface Signature {
  readonly time: number;
  readonly num: number;
  readonly den: number;
}

/** The signatures in order, of those at one time the first by its id, which counts; a song without any is in four quarters. */
export function signaturesOf(song: Readable): Signature[] {
  const signatures = [...song.all("signatures")]
    .sort(([id, a], [otherId, b]) => a.time - b.time || (id < otherId ? -1 : 1))
    .map(([, signature]) => signature)
    .filter(({ time }, at, all) => time !== all[at - 1]?.time);
  return signatures.length === 0 || signatures[0]!.time > 0 ? [{ time: 0, num: 4, den: 4 }, ...signatures] : signatures;
}
