/** What is told of a file that comes into the song, in sentences. */

import { counted } from "../../../pages/counted.js";
import { inWords } from "../../../pages/failure_words.js";
import type { ImportedSong } from "./imported_song.js";

/** Told about one import in one place. */
export const ABOUT = "import";

/** How far it has come. `name`: of the file, in quotes. */
export interface Came {
  readonly name: string;
  /** Of a hundred. */
  readonly percent: number;
  /** How many presses of Undo take back what is there. */
  readonly undoSteps: number;
}

/** "“x.mid” comes in: 40% of it is saved …" */
export function progressInWords({ name, percent }: Came, isSynced: boolean): string {
  if (isSynced) return `${name} comes in: ${percent}% of it is saved …`;
  return `${name} waits at ${percent}%: this page is not connected just now. It goes on once it is; leave the page open.`;
}

/** Damaged tracks that are named. */
const MOST_DAMAGES = 3;

/** What follows on the name of a file of which nothing is left: "holds no notes, no track with a name and no markers: track 2 is damaged from byte 17 on". */
export function nothingInWords({ damages }: ImportedSong): string {
  const named = damages.slice(0, MOST_DAMAGES).map(({ track, byte }) => `track ${track} is damaged from byte ${byte} on`);
  const more = damages.length - named.length;
  const all = [...named, ...(more > 0 ? [`${counted(more, "more track is", "more tracks are")} damaged`] : [])];
  return `holds no notes, no track with a name and no markers${all.length === 0 ? "" : `: ${all.join(", ")}`}`;
}

/** What can be lost, as it is told -> where it is one alone. */
const ONE_LOST: { readonly [what: string]: string } = {
  "texts": "text", "system exclusive messages": "system exclusive message", "copyright notices": "copyright notice", "offsets in SMPTE time": "offset in SMPTE time",
  "names of devices": "name of a device", "events of single programs": "event of a single program", "events of unknown kinds": "event of an unknown kind",
  "pitch bends": "pitch bend", "pressure of single keys": "pressure of a single key", "changes of key": "change of key", "changes of program in the song": "change of program in the song",
  "channels without notes": "channel without notes", "lyrics became markers": "lyric became a marker", "events that say nothing valid": "event that says nothing valid",
  "damaged tracks were read as far as they go": "damaged track was read as far as it goes",
  "tracks that the file announces and does not hold": "track that the file announces and does not hold",
  "sequences of their own (format 2) were laid side by side": "sequence of its own (format 2) was laid beside the others",
  "notes without an end were ended with their track": "note without an end was ended with its track", "ends of notes that had not begun": "end of a note that had not begun",
  "notes of length 0 became one tick long": "note of length 0 became one tick long",
  "automation points between two others at the same time": "automation point between two others at the same time",
  "tempi between two others at the same time": "tempo between two others at the same time",
  "time signatures at the time of a later one": "time signature at the time of a later one",
};

/** "1 change of key", "2 changes of key". */
export function lostInWords(what: string, count: number): string {
  return `${count} ${(count === 1 ? ONE_LOST[what] : undefined) ?? what}`;
}

/** "“x.mid” is here: 3 tracks, 120 notes. Left out or changed: 4 pitch bends." `hadTempo`: whether its own counts. */
export function doneInWords({ name, undoSteps }: Came, song: ImportedSong, hadTempo: boolean, dropped: number): string {
  const counts = [counted(song.all("tracks").size, "track", "tracks"), counted(song.all("notes").size, "note", "notes")];
  const markers = song.all("markers").size;
  if (markers > 0) counts.push(counted(markers, "marker", "markers"));
  const lostTexts = song.losses.map(([what, count]) => lostInWords(what, count));
  const told = song.all("tempo").size + song.all("signatures").size > 0 || song.all("project").get("project")?.["key"] !== undefined;
  if (!hadTempo && told) lostTexts.push("tempo, time signatures and key, for this song has its own");
  if (dropped > 0) lostTexts.push(`${dropped} that have no place any more, for the song was changed meanwhile`);
  const losses = lostTexts.length === 0 ? "" : ` Left out or changed: ${lostTexts.join("; ")}.`;
  return `${name} is here: ${counts.join(", ")}.${losses}${undoSteps > 1 ? ` Undo takes it back in ${undoSteps} steps.` : ""}`;
}

/** Why it broke off: `left`, we are in the project no more; `archived`, an owner has archived the project; `role`, we may not edit any more; `gone`, its tracks were taken out; else what an edit was refused with. */
export function brokenOffInWords({ name, percent, undoSteps }: Came, why: "left" | "archived" | "role" | "gone" | { readonly error: unknown }): string {
  const undo = undoInWords(undoSteps);
  if (why === "left") return `${name} was not brought in whole: you have left the project at ${percent}%. Open it again: ${undo.replace("Undo", "undo")}`;
  if (why === "archived") return `${name} was not brought in whole: the project was archived at ${percent}%. Once it is brought back: ${undo.replace("Undo", "undo")}`;
  if (why === "role") return `${name} was not brought in whole: you may not edit this song any more. ${percent}% of it is there, which somebody who may edit can delete.`;
  if (why === "gone") return `${name} was not brought in whole: tracks of it were taken out again at ${percent}%. ${undo}`;
  return `${name} was not brought in whole. ${inWords(why.error)} ${undo}`;
}

/** What is told after a reload. `isThere`: whether something of it is in the song. */
export function leftInWords({ name, percent, undoSteps }: Came, isThere: boolean): string {
  const left = "this page was left or loaded anew";
  if (!isThere) return `${name} was not brought in: ${left} at ${percent}%, and nothing of it is there.`;
  if (percent === 100) return `${name} is here. Undo takes it back${undoSteps > 1 ? ` in ${undoSteps} steps` : ""}.`;
  return `${name} was not brought in whole: ${left} at ${percent}%. ${undoInWords(undoSteps)}`;
}

function undoInWords(steps: number): string {
  return steps > 1 ? `Undo takes back what is there of it, in ${steps} steps.` : "Undo takes back what is there of it.";
}
