/** Presses of one key in quick succession are one step of undo, and one line of the history; any other press, or a later one, is another. */

import type { EditOptions } from "@prime/client";

import { pressMark } from "../edit_marks.js";

/** Presses with less between them belong together. */
const LONGEST_MS = 1_000;

/** What the edit of a press is made with. */
export type OfPress = Pick<EditOptions, "step" | "mark">;

export class Bursts {
  /** The press before: of which key on what, when, and its mark. */
  private last = { press: "", at: -Infinity, mark: "" };

  /** `press`: which key, and on what; `now`: milliseconds of a clock that only grows. */
  ofPress(press: string, now = performance.now()): OfPress {
    const isNext = press === this.last.press && now - this.last.at < LONGEST_MS;
    this.last = { press, at: now, mark: isNext ? this.last.mark : pressMark() };
    return { step: this.last.mark, mark: this.last.mark };
  }
}

/** Of the keys of this window. */
const pressed = new Bursts();

export function ofPress(...press: readonly string[]): OfPress {
  return pressed.ofPress(press.join(" "));
}
