/** Undo and redo, and the word for each: what was taken back may be far away from what is seen. */

import { PrimeError, type Room, type Saved } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import { isThere, keptImport } from "../importing/kept_import.js";
import type { Studio } from "../studio.js";
import { withAllParts, wholeGroup } from "./edit_groups.js";
import type { Entry } from "./edit_list.js";
import { markOf } from "../edit_marks.js";
import { countsOf, grownInWords, grownSince, moreInWords, takenBackInWords, underWayInWords } from "./undo_words.js";

/** Told in one place. */
const ABOUT = "undo";

/** What takes longer is told to be under way. */
const LONG_MS = 1_000;

export class TakingBack {
  /** Counts what we have undone and redone. */
  private steps = 0;
  /** What was said of our latest undo, if it took nothing back; "": it did, or there was none. */
  private stayed = "";

  constructor(private readonly studio: Studio) {}

  undo(): void {
    this.take("undo", (room) => room.undo());
  }

  redo(): void {
    this.take("redo", (room) => room.redo());
  }

  private take(purpose: "undo" | "redo", step: (room: Room) => Promise<Saved>): void {
    const room = this.studio.room.value;
    if (room === null) return;
    if (!this.studio.mayBringBack) {
      this.studio.tell(this.studio.whyNoEdits, "warning", ABOUT);
      return;
    }
    const stepNumber = (this.steps += 1);
    const isLatest = (): boolean => stepNumber === this.steps && this.studio.room.value === room; // of several it is told
    const before = countsOf(room);
    const waiting = setTimeout(() => { if (isLatest()) this.studio.tell(underWayInWords(purpose), "note", ABOUT); }, LONG_MS);
    step(room).then(async ({ seq, dropped, droppedTotal }) => {
      const grown = grownSince(before, room);
      if (!isLatest()) return;
      const edits = this.studio.edits.value!;
      await edits.refresh();
      const isWhole = await withAllParts(edits, seq);
      if (!isLatest()) return;
      const { entries } = edits.shown.value;
      const entry = wholeGroup(seq, entries);
      const words = entry === null || (!isWhole && droppedTotal === 0) ? grownInWords(purpose, grown) : takenBackInWords({ entry, dropped, droppedTotal, grown, entries }, room);
      this.stayed = purpose === "undo" && entry?.total === 0 ? words : "";
      this.studio.tell([words, ...(entry === null ? [] : this.moreOfImport(entry, entries, room))].join(" "), dropped.length > 0 ? "warning" : "note", ABOUT);
    }).catch((error: unknown) => { if (isLatest()) this.studio.tell(this.whyNotInWords(error), "warning", ABOUT); }).finally(() => clearTimeout(waiting));
  }

  /** A large file is taken back in several steps: whether more of it is there (rule U5). */
  private moreOfImport({ purpose, reverts }: Entry, entries: readonly Entry[], room: Room): string[] {
    const kept = keptImport(this.studio, room);
    const undone = entries.find(({ seq }) => seq === reverts);
    if (kept === null || undone === undefined || purpose !== "undo" || markOf(undone.id) !== kept.mark || !isThere(kept, room)) return [];
    return [moreInWords(kept.name)];
  }

  /** Why an undo or a redo did nothing at all. */
  private whyNotInWords(error: unknown): string {
    const isNothingToRedo = error instanceof PrimeError && error.code === "nothing_to_redo";
    return isNothingToRedo && this.stayed !== "" ? `There is nothing to redo. ${this.stayed}` : inWords(error);
  }
}
