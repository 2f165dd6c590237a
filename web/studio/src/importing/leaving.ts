/** A page that is left or loaded anew while a file comes in: the browser asks before that, and what has come is told after it. */

import type { ReadonlySignal } from "@preact/signals";
import type { Room } from "@prime/client";

import type { Studio } from "../studio.js";
import { ABOUT, leftInWords } from "./import_words.js";
import { isThere, keepImport, keptImport } from "./kept_import.js";

type Page = Pick<Window, "addEventListener" | "removeEventListener">;

/** Only while a file comes in: a page that always asks is not kept for the way back. */
export function askBeforeLeaving(importing: ReadonlySignal<string | null>, page: Page): void {
  importing.subscribe((name) => {
    if (name === null) page.removeEventListener("beforeunload", ask);
    else page.addEventListener("beforeunload", ask);
  });
}

function ask(event: BeforeUnloadEvent): void {
  event.preventDefault();
  event.returnValue = true; // older browsers ask by that
}

/** Once the edits are saved that the page had left behind. */
export async function tellWhatCame(studio: Studio, room: Room): Promise<void> {
  const kept = keptImport(studio, room);
  if (kept === null || kept.isTold || studio.importing.value !== null) return;
  keepImport(studio, room, { ...kept, isTold: true });
  await room.saved();
  if (studio.room.value !== room) return;
  const { name, count, made, undoBefore } = kept;
  const came = { name, percent: Math.floor((made / count) * 100), undoSteps: room.undoable.value.undo - undoBefore };
  studio.tell(leftInWords(came, kept.track === null || isThere(kept, room)), made === count ? "note" : "failure", ABOUT);
}
