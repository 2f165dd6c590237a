/** Who is on which track. */

import type { Member } from "@prime/client";

/** More of them than so many are not shown on one track. */
const MOST = 4;

/** A list of members, as `Room.others` has it -> those on each track: all heads of tracks ask the same, many times a second. */
const FOUND = new WeakMap<readonly Member[], ReadonlyMap<string, readonly Member[]>>();

/** The first few whose cursor is on a track. */
export function membersOn(track: string, others: readonly Member[]): readonly Member[] {
  let found = FOUND.get(others);
  if (found === undefined) FOUND.set(others, (found = byTrack(others)));
  return found.get(track) ?? NOBODY;
}

const NOBODY: readonly Member[] = [];

function byTrack(others: readonly Member[]): ReadonlyMap<string, readonly Member[]> {
  const found = new Map<string, Member[]>();
  for (const member of others) {
    const track = member.presence.cursor?.track;
    if (track == null) continue;
    const there = found.get(track);
    if (there === undefined) found.set(track, [member]);
    else if (there.length < MOST) there.push(member);
  }
  return found;
}
