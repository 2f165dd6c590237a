/** Presses of one key in quick succession are one step of undo; any other press, or a later one, is another. */

import { newId } from "@prime/client";

/** Presses with less between them belong together. */
const LONGEST_MS = 1_000;

export class Bursts {
  /** The press before: of which key on what, when, and its step. */
  private last = { press: "", at: -Infinity, step: "" };

  /** The step of a press. `press`: which key, and on what; `now`: milliseconds of a clock that only grows. */
  stepOf(press: string, now = performance.now()): string {
    const isNext = press === this.last.press && now - this.last.at < LONGEST_MS;
    this.last = { press, at: now, step: isNext ? this.last.step : newId() };
    return this.last.step;
  }
}

/** Of the keys of this window. */
const pressed = new Bursts();

export function stepOfPress(...press: readonly string[]): string {
  return pressed.stepOf(press.join(" "));
}
