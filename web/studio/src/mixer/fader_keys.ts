/** What keys do to a fader: volume goes up and down by decibels, pan by parts of its way. */

import { clamped, decibels, gainOf, LEAST_DB } from "../channels/volume_and_pan.js";

/** The gain after a key, or null: the key is for something else. Arrows are half a decibel, pages six. */
export function gainAfterKey(key: string, gain: number): number | null {
  const db = Math.max(decibels(gain), LEAST_DB);
  switch (key) {
    case "ArrowUp": case "ArrowRight": return gainOf(db + 0.5);
    case "ArrowDown": case "ArrowLeft": return gainOf(db - 0.5);
    case "PageUp": return gainOf(db + 6);
    case "PageDown": return gainOf(db - 6);
    case "Home": return 1;
    case "End": return 0;
    default: return null;
  }
}

/** The same for pan, in steps of a fiftieth. */
export function panAfterKey(key: string, pan: number): number | null {
  switch (key) {
    case "ArrowUp": case "ArrowRight": return clamped(pan + 0.01);
    case "ArrowDown": case "ArrowLeft": return clamped(pan - 0.01);
    case "PageUp": return clamped(pan + 0.1);
    case "PageDown": return clamped(pan - 0.1);
    case "Home": return 0.5;
    default: return null;
  }
}
