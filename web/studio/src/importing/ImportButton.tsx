/** Brings a file into the song: chosen by a button, or dropped on the song. */

import { useEffect, useRef, useState } from "preact/hooks";

import type { Studio } from "../studio.js";
import { importFile } from "./import_file.js";

const ENDINGS = ".mid,.midi,audio/midi,audio/x-midi";

export function ImportButton({ studio }: { studio: Studio }) {
  const field = useRef<HTMLInputElement>(null);
  const importChosen = (): void => {
    const file = field.current?.files?.[0];
    if (file !== undefined) void importFile(studio, file);
    if (field.current !== null) field.current.value = ""; // the same file may be chosen again
  };
  return (
    <>
      <button type="button" disabled={!studio.mayEdit} title="Bring the tracks of a MIDI file into the song" onClick={() => field.current?.click()}>Import</button>
      <input ref={field} type="file" hidden accept={ENDINGS} aria-label="MIDI file" onChange={importChosen} />
    </>
  );
}

/** Takes what is dropped anywhere on the page: a browser left alone would go to the file. */
export function DropPlace({ studio }: { studio: Studio }) {
  const [isOver, setOver] = useState(false);
  useEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      setOver(true);
    }, { signal });
    addEventListener("dragleave", (event) => { if (event.relatedTarget === null) setOver(false); }, { signal });
    addEventListener("drop", (event) => {
      const files = event.dataTransfer?.files;
      if (files === undefined || files.length === 0) return;
      event.preventDefault();
      setOver(false);
      void importAll(studio, [...files]);
    }, { signal });
    return () => end.abort();
  }, [studio]);
  return isOver ? <p class="drop-place" role="status">Let go of the MIDI file to bring its tracks into the song.</p> : null;
}

/** One after the other: each begins behind what the last has added. */
async function importAll(studio: Studio, files: readonly File[]): Promise<void> {
  for (const file of files) await importFile(studio, file);
}
