/** The notes as buttons, for keys and screen readers; seen while it has the focus. */

import type { Room } from "@prime/client";

import { keyInWords } from "../words/key_words.js";
import { beatInClip } from "../timeline/place_words.js";
import type { Note } from "./note_places.js";

interface Props {
  readonly room: Room | null;
  readonly notes: readonly Note[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: readonly string[]) => void;
  /** In beats. */
  readonly grid: number;
  readonly clip: string;
}

const MOST_LISTED = 500;

export function NoteList({ room, notes, selected, onSelect, grid, clip }: Props) {
  const write = (): void => {
    const after = notes.findLast(({ id }) => selected.has(id)) ?? notes.at(-1);
    let id = "";
    room?.edit((tx) => { id = tx.insert("notes", { clip, time: after === undefined ? 0 : after.time + after.duration, duration: Math.max(grid, after?.duration ?? 1), key: after?.key ?? 60 }); });
    if (id !== "") onSelect([id]);
  };
  return (
    <div class="note-keys">
      <button type="button" disabled={room === null} onClick={write}>Write a note</button>
      <span class="quiet">Arrows move, Shift+arrows: octave or length, + and −: velocity, Ctrl+D duplicates, Delete</span>
      <ul aria-label="Notes">
        {notes.slice(0, MOST_LISTED).map((note) => (
          <li key={note.id}>
            <button type="button" aria-pressed={selected.has(note.id)} onClick={() => onSelect([note.id])} onFocus={() => { if (!selected.has(note.id)) onSelect([note.id]); }}>
              {keyInWords(note.key)}, {beatInClip(note.time)}, {Math.round(note.duration * 100) / 100} long, velocity {Math.round(note.vel * 127)}
            </button>
          </li>
        ))}
        {notes.length > MOST_LISTED && <li class="quiet">and {notes.length - MOST_LISTED} more, which are drawn but not listed</li>}
      </ul>
    </div>
  );
}
