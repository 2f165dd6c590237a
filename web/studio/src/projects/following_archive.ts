/** Whether the project that we are in is archived, as an owner archives it or brings it back meanwhile. */

import type { Room, Stop } from "@prime/client";

import { archivedInWords } from "../people/own_place_words.js";
import type { Studio } from "../studio.js";

/** Until `Stop`. */
export function followArchive(studio: Studio, room: Room): Stop {
  const row = studio.client.feed("projects", { project: room.project });
  const stop = row.rows.subscribe((rows) => {
    const project = rows?.get(room.project);
    if (project === undefined || project.archived === studio.isArchived.value) return; // of a project that we see no more nothing is known
    studio.isArchived.value = project.archived;
    studio.tell(archivedInWords(project.archived, room.role.value), project.archived ? "warning" : "note", "archived");
  });
  return () => {
    stop();
    row.stop();
  };
}
