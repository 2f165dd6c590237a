/** What screen readers say by themselves: who came and left, and what others did, a sentence every few seconds. */

import type { Room, Stop } from "@prime/client";

import type { EditList } from "../history/edit_list.js";
import type { Studio } from "../studio.js";
import { gatheredInWords } from "../history/edit_announcements.js";
import { comingsInWords } from "../people/coming_announcements.js";
import { byPerson } from "../people/persons.js";

const EVERY_MS = 3_000;

/** Until `Stop`. */
export function announce(studio: Studio, room: Room, edits: EditList): Stop {
  const me = studio.client.user.value?.id;
  const names = (): Map<string, string> => new Map(byPerson(room.others.value).flatMap(([{ user, name }]) => (user === me ? [] : [[user, name]])));
  let newest: number | null = null;
  let namesHere = names();
  const tell = (): void => {
    const { entries } = edits.shown.value;
    const fresh = newest === null ? [] : entries.filter(({ seq }) => seq > newest!);
    const sentences = [comingsInWords(namesHere, (namesHere = names())), gatheredInWords(fresh, studio.client.user.value?.id ?? null, room)];
    newest = entries[0]?.seq ?? (edits.shown.value.isLoading ? newest : 0);
    const announcement = sentences.filter((each) => each !== "").join(" ");
    if (announcement !== "") studio.said.value = announcement;
  };
  const timer = setInterval(tell, EVERY_MS);
  return () => clearInterval(timer);
}
