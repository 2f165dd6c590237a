/** Brings back what is shown of the past: all of it, or what is selected there. What goes by that is asked first. */

import { useState } from "preact/hooks";
import type { Room } from "@prime/client";

import { counted } from "../../../pages/counted.js";
import type { Moment, Studio } from "../studio.js";
import { askWhatGoes } from "./asked_back.js";
import { broughtBack, goneBy, selectedThen, withContents } from "./restoring.js";

const [SELECTED, ALL] = ["Bring back what is selected", "Bring all of it back"] as const;

export function BringBack({ studio, room }: { studio: Studio; room: Room }) {
  const [isBusy, setBusy] = useState(false);
  const moment = studio.moment.value;
  if (moment === null) return null;
  const selected = selectedThen(moment.song, studio.selection.value);
  const ask = (title: string, meant: () => ReadonlySet<string> | null): void => {
    askWhatGoes(studio.question, { title, gone: () => goneBy(room, moment.song, meant()), bring: () => void bringBack(moment, meant()) });
  };
  const bringBack = async (then: Moment, only: ReadonlySet<string> | null): Promise<void> => {
    setBusy(true);
    try {
      const count = await broughtBack(room, then, only);
      if (studio.room.value !== room) return;
      studio.moment.value = null;
      studio.tell(count === 0 ? "Nothing of it is otherwise now." : `${counted(count, "change", "changes")} brought it back; undo takes that back.`);
    } catch (error) {
      studio.fail(error);
    } finally {
      setBusy(false);
    }
  };
  const mayNot = isBusy || !studio.mayBringBack;
  return (
    <>
      {selected.length > 0 && <button type="button" disabled={mayNot} onClick={() => ask(SELECTED, () => withContents(moment.song, room, selected))}>{SELECTED}</button>}
      <button type="button" disabled={mayNot} onClick={() => ask(ALL, () => null)}>{ALL}</button>
    </>
  );
}
