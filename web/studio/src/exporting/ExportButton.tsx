/** Saves the song that is shown as a MIDI file. */

import type { Studio } from "../studio.js";
import { saveFile } from "./save_file.js";

export function ExportButton({ studio }: { studio: Studio }) {
  return <button type="button" disabled={studio.song === null} title="Save the song that is shown as a MIDI file" onClick={() => saveFile(studio)}>Export MIDI</button>;
}
