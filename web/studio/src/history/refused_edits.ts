/** Edits of ours that were refused: told together, each with what it was. */

import type { ClientDelta, ClientRedo, ClientUndo, Readable } from "@prime/client";

import { inWords } from "../../../pages/failure_words.js";
import { editInWords } from "./edit_words.js";

export interface RefusedEdit {
  readonly edit: ClientDelta | ClientUndo | ClientRedo;
  readonly error: Error;
}

/** Refusals within so long are told together. */
const TOGETHER_MS = 300;

/** Of many edits so many are named. */
const MOST_NAMED = 4;

export class Refusals {
  /** What is not told yet. */
  private waiting: RefusedEdit[] = [];

  constructor(private readonly tell: (refused: readonly RefusedEdit[]) => void) {}

  hear(refused: RefusedEdit): void {
    this.waiting.push(refused);
    if (this.waiting.length === 1) setTimeout(() => this.tell(this.waiting.splice(0)), TOGETHER_MS);
  }
}

/** "2 edits were taken back: moved clip “Lead” to 2.1; added track “Bass”. You may not do this." A sentence for each reason. */
export function refusedInWords(refused: readonly RefusedEdit[], song: Readable): string {
  const byReason = new Map<string, string[]>();
  for (const { edit, error } of refused) {
    const why = inWords(error);
    const editText = edit.t === "delta" ? editInWords({ id: edit.id, purpose: "edit", reverts: null, ops: edit.ops, total: edit.ops.length }, song) : edit.t === "redo" ? "a redo" : "an undo";
    byReason.set(why, [...(byReason.get(why) ?? []), editText]);
  }
  return [...byReason].map(([why, all]) => {
    const more = all.length - MOST_NAMED;
    return `${all.length === 1 ? "An edit was" : `${all.length} edits were`} taken back: ${all.slice(0, MOST_NAMED).join("; ")}${more > 0 ? `; and ${more} more` : ""}. ${why}`;
  }).join(" ");
}
