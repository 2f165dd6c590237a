/** Tells what the others edited while we were not here: without a connection, or with the page closed. */

import type { Readable, Room, Stop } from "@prime/client";

import { browserTexts } from "../../../sdk/src/keeping/stored_text.js";
import { gatheredInWords } from "./edit_announcements.js";
import type { Studio } from "../studio.js";
import type { EditList, Entry } from "./edit_list.js";

/** Who was away for less has missed nothing worth telling. */
const LEAST_AWAY_MS = 5_000;

/** How often it is kept where the song is that we see. */
const KEEP_MS = 5_000;

export interface Missed {
  readonly words: string;
  /** The newest edit that we have seen. */
  readonly seq: number;
}

/** "Ada moved clip “Drop” to 12.3. Ben made 4 edits."; "": the others edited nothing since `left`, as far as it is known.
 *
 * `entries`: newest first; where they do not reach back to `left`, what is older is counted.
 */
export function missedInWords(entries: readonly Entry[], left: number, me: string | null, song: Readable): string {
  const missed = entries.filter(({ seq }) => seq > left);
  const editsText = gatheredInWords(missed, me, song);
  const older = (missed.at(-1)?.seq ?? left + 1) - left - 1;
  if (older === 0) return editsText;
  return editsText === "" ? "" : `${editsText} And ${older} ${older === 1 ? "edit" : "edits"} before that.`;
}

/** Until `Stop`. */
export function followMissed(studio: Studio, room: Room, edits: EditList): Stop {
  const key = `prime.seen.${studio.client.user.value?.id ?? ""}.${room.project}`;
  /** Where the song was when the connection broke, and when that was; null: it is there. */
  let leftAt: { readonly seq: number; readonly at: number } | null = null;
  const keep = (): void => {
    const seq = room.position?.seq;
    if (seq !== undefined && leftAt === null && last === null && document.visibilityState === "visible") browserTexts.keep(key, String(seq));
  };
  /** What we have seen before we came; null: we were never here, or it is told. */
  let last = Number.parseInt(browserTexts.read(key) ?? "", 10) || null;
  const stopFirst = edits.shown.subscribe(({ entries, isLoading }) => {
    if (isLoading || entries.length === 0) return;
    if (last !== null) tell(studio, room, edits, last, "Since you were last here");
    last = null;
    keep();
  });
  const timer = setInterval(keep, KEEP_MS);
  const stop = room.isSynced.subscribe((isSynced) => {
    if (!isSynced) leftAt ??= { seq: room.position?.seq ?? 0, at: performance.now() };
    else if (leftAt !== null) {
      const { seq, at } = leftAt;
      leftAt = null;
      if (performance.now() - at >= LEAST_AWAY_MS) void edits.refresh().then(() => tell(studio, room, edits, seq, "While you were away"));
    }
  });
  return () => {
    clearInterval(timer);
    keep();
    stopFirst();
    stop();
  };
}

function tell(studio: Studio, room: Room, edits: EditList, seq: number, when: string): void {
  if (studio.room.value !== room || (room.position?.seq ?? 0) <= seq) return;
  const missedText = missedInWords(edits.shown.value.entries, seq, studio.client.user.value?.id ?? null, room);
  if (missedText !== "") studio.missed.value = { words: `${when}: ${missedText}`, seq };
}
