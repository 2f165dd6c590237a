/** Above the notes: grid, zoom, and what is done with the notes that are selected. */

import type { Readable, Room } from "@prime/client";

import { counted } from "../../../pages/counted.js";
import { duplicate, quantize, remove } from "./note_edits.js";
import { zoomedPitch, zoomedTime } from "./roll_input.js";
import { titleOf } from "./clip_title.js";
import type { Note, Window } from "./note_places.js";

interface Props {
  readonly song: Readable;
  readonly clip: string;
  readonly notes: readonly Note[];
  readonly chosen: readonly Note[];
  readonly room: Room | null;
  /** As it was chosen; 0: by the zoom. */
  readonly grid: number;
  /** As it is, in beats. */
  readonly step: number;
  readonly onGrid: (grid: number) => void;
  readonly onWindow: (change: (before: Window | null) => Window | null) => void;
  readonly onSelect: (ids: readonly string[]) => void;
}

const GRIDS = [[0, "by zoom"], [1, "1/4"], [0.5, "1/8"], [1 / 3, "1/8 triplet"], [0.25, "1/16"], [1 / 6, "1/16 triplet"], [0.125, "1/32"]] as const;

export function RollTools({ song, clip, notes, chosen, room, grid, step, onGrid, onWindow, onSelect }: Props) {
  const isIdle = room === null || chosen.length === 0;
  const zoom = (change: (window: Window, factor: number) => Window, factor: number) => () => onWindow((before) => before && change(before, factor));
  return (
    <div class="row roll-title" role="group" aria-label="Notes of the clip">
      <strong><bdi>{titleOf(song, clip)}</bdi></strong>
      <span class="quiet">{`${chosen.length === 0 ? "" : `${chosen.length} of `}${counted(notes.length, "note", "notes")}`}</span>
      <label>Grid <select value={grid} onChange={(event) => onGrid(Number(event.currentTarget.value))}>
        {GRIDS.map(([value, title]) => <option key={value} value={value}>{title}</option>)}
      </select></label>
      <button type="button" class="small" disabled={isIdle} title="Ctrl+D" onClick={() => room !== null && onSelect(duplicate(room, chosen, step))}>Duplicate</button>
      <button type="button" class="small" disabled={isIdle} onClick={() => room !== null && quantize(room, chosen, step)}>Quantize</button>
      <button type="button" class="small" disabled={isIdle} title="Delete" onClick={() => { if (room !== null) remove(room, chosen); onSelect([]); }}>Delete</button>
      <span class="grow" />
      <span class="row" role="group" aria-label="Zoom">
        <button type="button" class="small" aria-label="Time closer" onClick={zoom(zoomedTime, 1.4)}>↔ +</button>
        <button type="button" class="small" aria-label="Time farther" onClick={zoom(zoomedTime, 1 / 1.4)}>↔ −</button>
        <button type="button" class="small" aria-label="Keys taller" onClick={zoom(zoomedPitch, 1.25)}>↕ +</button>
        <button type="button" class="small" aria-label="Keys lower" onClick={zoom(zoomedPitch, 1 / 1.25)}>↕ −</button>
      </span>
    </div>
  );
}
