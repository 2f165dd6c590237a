/** A file that somebody hands to the page, from its bytes into the song, with a sentence for whatever comes of it. */

import { counted } from "../../../pages/counted.js";
import { inWords } from "../../../pages/failure_words.js";
import type { Studio } from "../studio.js";
import { bringIn, roomLeft, sizeOf, takesTempo } from "./import_edits.js";
import { BrokenMidi, eventsOf, MOST_BYTES } from "./midi_events.js";
import { songOf, type ImportedSong } from "./midi_song.js";

const LONGEST_NAME = 60;

/** Told about one import in one place. */
const ABOUT = "import";

/** What is told of it goes through `studio.tell`; it never throws. */
export async function importFile(studio: Studio, file: File): Promise<void> {
  const room = studio.room.value;
  const name = `“${file.name.slice(0, LONGEST_NAME)}”`;
  if (room === null || !studio.mayEdit) {
    studio.tell("You may not edit this song just now, so nothing was brought in.", "warning", ABOUT);
    return;
  }
  try {
    if (file.size > MOST_BYTES) throw new BrokenMidi(`is larger than ${MOST_BYTES / 1_048_576} MB`);
    const song = songOf(eventsOf(new Uint8Array(await file.arrayBuffer())));
    if (sizeOf(song) > roomLeft(room)) throw new BrokenMidi(`holds ${counted(sizeOf(song), "note", "notes")} and more, and this project takes ${Math.max(0, roomLeft(room))}`);
    const hadTempo = takesTempo(room);
    const { edits, tracks } = bringIn(room, song, hadTempo ? 0 : Math.round(studio.playhead.value));
    studio.select("tracks", tracks);
    studio.jump.value = { ...(tracks[0] !== undefined && { track: tracks[0], keys: "track" }) };
    let saved = 0;
    const tell = (): void => studio.tell(`${name}: ${saved} of ${edits.length} parts are saved …`, "note", ABOUT);
    tell();
    await Promise.all(edits.map(async (edit) => {
      await edit.saved;
      saved += 1;
      tell();
    }));
    studio.tell(doneInWords(name, song, hadTempo), "note", ABOUT);
  } catch (error) {
    if (error instanceof BrokenMidi) studio.tell(`${name} ${error.message}. Nothing was brought in${/\.midi?$/i.test(file.name) ? "" : "; choose a file that ends in .mid"}.`, "failure", ABOUT);
    else studio.tell(`${name} was not brought in whole. ${inWords(error)} Undo takes back what is there of it.`, "failure", ABOUT);
  }
}

/** "“x.mid” is here: 3 tracks, 120 notes. Left out: 4 pitch bends." */
export function doneInWords(name: string, { parts, tempo, signatures, lost }: ImportedSong, hadTempo: boolean): string {
  const notes = parts.reduce((sum, part) => sum + part.notes.length, 0);
  const lostTexts = [...lost].map(([what, count]) => `${count} ${what}`);
  if (!hadTempo && tempo.length + signatures.length > 0) lostTexts.push("tempo and time signatures, for this song has its own");
  return `${name} is here: ${counted(parts.length, "track", "tracks")}, ${counted(notes, "note", "notes")}.${lostTexts.length === 0 ? "" : ` Left out: ${lostTexts.join(", ")}.`}`;
}
