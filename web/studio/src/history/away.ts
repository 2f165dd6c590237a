/** Tells what the others edited while we had no connection. */

import type { Readable, Room, Stop } from "@prime/client";

import { gatheredInWords } from "../app/gathered.js";
import type { Studio } from "../studio.js";
import type { Entry } from "./history_feed.js";

/** Who was away for less has missed nothing worth telling. */
const LEAST_AWAY_MS = 5_000;

/** At most so many edits are asked for. */
const PAGE = 100;

/** "While you were away: Ada moved clip “Drop” to 12.3. Ben made 4 edits."; "": the others edited nothing since `left`. */
export function awayInWords(entries: readonly Entry[], left: number, me: string | null, song: Readable): string {
  const missed = gatheredInWords(entries.filter(({ seq }) => seq > left), me, song);
  return missed === "" ? "" : `While you were away: ${missed}`;
}

/** Until `Stop`. */
export function followAway(studio: Studio, room: Room): Stop {
  /** Where the song was when the connection broke, and when that was; null: it is there. */
  let left: { readonly seq: number; readonly at: number } | null = null;
  return room.isSynced.subscribe((isSynced) => {
    if (!isSynced) left ??= { seq: room.position?.seq ?? 0, at: performance.now() };
    else if (left !== null) {
      const { seq, at } = left;
      left = null;
      if (performance.now() - at >= LEAST_AWAY_MS) void tellMissed(studio, room, seq);
    }
  });
}

async function tellMissed(studio: Studio, room: Room, left: number): Promise<void> {
  if ((room.position?.seq ?? 0) <= left) return;
  try {
    const { entries } = await studio.client.call("history.list", { project: room.project, limit: PAGE });
    const words = awayInWords(entries, left, studio.client.user.value?.id ?? null, room);
    if (words !== "" && studio.room.value === room) studio.tell(words);
  } catch (error) {
    studio.fail(error);
  }
}
