/** The latest edits of everyone, also while no list of them is shown: the stripe under the ruler is made of them. */

import type { Stop } from "@prime/client";

import type { EditList } from "./edit_list.js";
import type { Studio } from "../studio.js";

/** Keeps `studio.recent` as `edits` are, until `Stop`. */
export function followRecent(studio: Studio, edits: EditList): Stop {
  const stop = edits.shown.subscribe(({ entries }) => { studio.recent.value = entries; });
  void edits.load().then(() => edits.more());
  return () => {
    stop();
    studio.recent.value = [];
  };
}
