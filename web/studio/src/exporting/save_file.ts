/** Saves the song that is shown as a MIDI file, with a sentence for what is left out. */

import type { Studio } from "../studio.js";
import { midiOf, TooMuchForMidi, type WrittenSong } from "./midi_of_song.js";

/** Told about one export in one place. */
const ABOUT = "export";

/** So long a browser may take to begin the download. */
const KEPT_MS = 60_000;

export function saveFile(studio: Studio): void {
  const { song } = studio;
  if (song === null) return;
  try {
    const written = midiOf(song);
    const name = fileName([...song.all("project").values()][0]?.name ?? "");
    handOver(written.bytes, name);
    studio.tell(savedInWords(name, written), "note", ABOUT);
  } catch (error) {
    if (!(error instanceof TooMuchForMidi)) throw error;
    studio.tell(`Nothing was saved. ${error.message}`, "failure", ABOUT);
  }
}

/** The browser keeps it as a download. */
function handOver(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const address = URL.createObjectURL(new Blob([bytes], { type: "audio/midi" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}

/** Without what file systems do not take; a browser may change it further. */
export function fileName(project: string): string {
  const plain = project.replace(/[\p{C}\\/:*?"<>|]+/gu, " ").replace(/^[.\s]+/, "").slice(0, 80).trim();
  return `${plain || "song"}.mid`;
}

/** "“x.mid” holds 3 tracks and 120 notes. Left out: 2 lanes of automation." */
export function savedInWords(name: string, { tracks, notes, lost }: WrittenSong): string {
  const lostText = [...lost].map(([what, count]) => `${count} ${what}`).join(", ");
  return `“${name}” holds ${tracks} ${tracks === 1 ? "track" : "tracks"} and ${notes} ${notes === 1 ? "note" : "notes"}.${lostText === "" ? "" : ` Left out: ${lostText}.`}`;
}
