/** Asks before what was made since goes, and once more where more was made while that was read. */

import type { Signal } from "@preact/signals";

import type { Question } from "../studio.js";
import { goneInWords, untold, type Gone } from "./restoring.js";

export interface Bringing {
  readonly title: string;
  /** What goes if it is done now. */
  readonly gone: () => Gone;
  /** Does it; nobody edits between `gone` and this. */
  readonly bring: () => void;
}

/** Done at once where nothing goes but what was told to, by id. */
export function askWhatGoes(question: Signal<Question | null>, bringing: Bringing, told: ReadonlySet<string> = new Set()): void {
  const newlyGone = untold(bringing.gone(), told);
  const words = goneInWords(newlyGone);
  if (words === "") {
    bringing.bring();
    return;
  }
  const front = told.size === 0 ? "What was made since goes" : "More was made meanwhile, and goes too";
  const allTold = new Set([...told, ...[...newlyGone.values()].flat()]);
  question.value = {
    title: bringing.title, action: "Bring it back", words: `${front}: ${words}. Undo takes that back.`,
    onYes: () => askWhatGoes(question, bringing, allTold),
  };
}
