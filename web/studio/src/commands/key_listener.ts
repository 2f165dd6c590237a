/** Hears the keys of the window, as long as the arrangement is there. */

import type { ArrangementView } from "../arrangement/arrangement_view.js";
import type { Studio } from "../studio.js";
import { runCommand } from "./run_command.js";
import { commandOf } from "./key_table.js";
import { isDialogOpen, isForFocused } from "../keys/focus_keys.js";

/** Whether there is text that the browser would copy: a double click may leave an empty piece selected. */
function isTextSelected(): boolean {
  return (getSelection()?.toString().trim() ?? "") !== "";
}

/** Returns what ends it. Keys that somebody else has taken are left alone. */
export function listenToKeys(studio: Studio, view: ArrangementView): () => void {
  const press = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || isForFocused(event.target, event.key)) return;
    if (isDialogOpen()) return;
    const command = commandOf(event);
    if (command === "copy" && isTextSelected()) return; // the browser copies that
    if (command !== null && runCommand(command, studio, view)) event.preventDefault();
  };
  addEventListener("keydown", press);
  return () => removeEventListener("keydown", press);
}
