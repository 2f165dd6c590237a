/** What somebody does just now, in words. */

import type { Member, Readable } from "@prime/client";

import { signaturesOf } from "../timeline/signatures.js";
import { placeInNumbers } from "../timeline/place_words.js";

/** Of one person, in several tabs perhaps. */
export function activitiesInWords(members: readonly Member[], song: Readable | null): string {
  return members.map((member) => activityInWords(member, song)).filter((words) => words !== "").join("; ");
}

/** "pencil · on Lead · at 4.1"; "": nothing is known. */
export function activityInWords(member: Member, song: Readable | null): string {
  const { tool, cursor, playhead } = member.presence;
  const track = cursor?.track == null ? undefined : song?.get("tracks", cursor.track);
  const parts = [
    tool ?? "",
    track === undefined ? "" : `on ${track.name.slice(0, 40)}`,
    cursor == null || song === null ? "" : `at ${placeInNumbers(signaturesOf(song), cursor.time)}`,
    playhead?.playing === true ? "playing" : "",
  ];
  return parts.filter((word) => word !== "").join(" · ");
}
