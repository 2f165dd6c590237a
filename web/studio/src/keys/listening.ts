/** Hears the keys of the window, as long as the arrangement is there. */

import type { ArrangementView } from "../arrangement/arrangement_view.js";
import type { Studio } from "../studio.js";
import { carryOut } from "./carry_out.js";
import { commandOf } from "./commands.js";

/** What takes keys for itself. */
const FIELDS = "input, textarea, select, [contenteditable], [role=application], dialog";

/** What is pressed by Enter, and where arrows go to the next one. */
const CONTROLS = "button, a, summary, [role=row], [role=tab]";

const OF_CONTROLS = new Set(["enter", "arrowup", "arrowdown", "arrowleft", "arrowright", "home"]);

/** Returns what ends it. Keys that somebody else has taken are left alone. */
export function listenToKeys(studio: Studio, view: ArrangementView): () => void {
  const press = (event: KeyboardEvent): void => {
    const { target } = event;
    if (event.defaultPrevented || (target instanceof Element && target.closest(FIELDS) !== null)) return;
    if (target instanceof Element && target.closest(CONTROLS) !== null && OF_CONTROLS.has(event.key.toLowerCase())) return;
    if (document.querySelector("dialog[open]") !== null || getSelection()?.isCollapsed === false) return;
    const command = commandOf(event);
    if (command !== null && carryOut(command, studio, view)) event.preventDefault();
  };
  addEventListener("keydown", press);
  return () => removeEventListener("keydown", press);
}
