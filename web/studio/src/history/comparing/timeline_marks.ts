/** Where two moments of a song differ on the time line of the second. */

import type { Differences, Readable } from "@prime/client";

/** A clip where it was: it is gone, or elsewhere now. */
export interface Ghost {
  readonly id: string;
  /** Where it began and ended, in beats. */
  readonly time: number;
  readonly end: number;
  /** Of the clip, or of its track. */
  readonly name: string;
}

export interface TimelineMarks {
  /** The second moment: on another song there is nothing to mark. */
  readonly song: Readable;
  /** Clips that are new, and those that changed or in which something did. */
  readonly outlined: ReadonlyMap<string, "added" | "changed">;
  /** Track -> ghosts in its row, by time. Tracks that are gone have no row. */
  readonly ghosts: ReadonlyMap<string, readonly Ghost[]>;
}

export function timelineMarks(then: Readable, now: Readable, found: Differences): TimelineMarks {
  return { song: now, outlined: outlinesOf(found, then, now), ghosts: ghostsOf(found, then, now) };
}

function outlinesOf({ added, removed, changed }: Differences, then: Readable, now: Readable): Map<string, "added" | "changed"> {
  const outlined = new Map<string, "added" | "changed">();
  const outline = (clip: string | null | undefined): void => {
    if (clip != null && now.get("clips", clip) !== undefined) outlined.set(clip, "changed");
  };
  for (const [all, song] of [[added, now], [changed, now], [removed, then]] as const) {
    const ofLane = (lane: string): string | null | undefined => song.get("lanes", lane)?.clip;
    for (const id of all.get("notes") ?? []) outline(song.get("notes", id)?.clip);
    for (const id of all.get("warps") ?? []) outline(song.get("warps", id)?.clip);
    for (const id of all.get("lanes") ?? []) outline(ofLane(id));
    for (const id of all.get("points") ?? []) outline(ofLane(song.get("points", id)?.lane ?? ""));
  }
  for (const id of changed.get("clips") ?? []) outlined.set(id, "changed");
  for (const id of added.get("clips") ?? []) outlined.set(id, "added");
  return outlined;
}

function ghostsOf({ removed, changed }: Differences, then: Readable, now: Readable): Map<string, Ghost[]> {
  const ghosts = new Map<string, Ghost[]>();
  for (const id of [...(removed.get("clips") ?? []), ...(changed.get("clips") ?? [])]) {
    const was = then.get("clips", id);
    if (was === undefined || was.slot !== null || now.get("tracks", was.track) === undefined) continue;
    const is = now.get("clips", id);
    if (is !== undefined && is.time === was.time && is.duration === was.duration && is.track === was.track && is.slot === null) continue;
    const ghost = { id, time: was.time, end: was.time + was.duration, name: was.name || (then.get("tracks", was.track)?.name ?? "") };
    const row = ghosts.get(was.track);
    if (row === undefined) ghosts.set(was.track, [ghost]);
    else row.push(ghost);
  }
  for (const row of ghosts.values()) row.sort((a, b) => a.time - b.time);
  return ghosts;
}
