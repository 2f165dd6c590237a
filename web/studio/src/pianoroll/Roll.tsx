/** The notes of one clip: on a canvas for the mouse, and as a list for keys and screen readers. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Readable, Room } from "@prime/client";

import { coloursOf } from "../canvas/theme_colours.js";
import { useRedrawOnGestures } from "../people/redraw_on_gestures.js";
import { instrumentFor } from "../playing/built_in_instruments.js";
import { shownTheme } from "../../../pages/theme.js";
import type { Studio } from "../studio.js";
import { contentAt } from "../timeline/clip_passes.js";
import { barsOf } from "./clip_bars.js";
import { copiesOf, duplicate, pasted, type CopiedNote } from "./note_edits.js";
import { pressed } from "./note_keys.js";
import { NoteList } from "./NoteList.js";
import { RollPlayHead } from "./RollPlayHead.js";
import { listening } from "./roll_input.js";
import { DRAFT, type Roll as Pressed } from "./roll_pointer.js";
import { RollTools } from "./RollTools.js";
import { drawRoll, type Scene } from "./draw_roll.js";
import { windowOver, type Note, type Window, notesOf } from "./note_places.js";
import { finestVisibleStep } from "./note_grid.js";
import { movedBy, takenBy } from "./notes_of_others.js";

interface Props {
  readonly studio: Studio;
  readonly song: Readable;
  /** Whose notes they are. */
  readonly clip: string;
  /** The clip that plays them: the same, or one with its content. */
  readonly played: string;
}

export function Roll({ studio, song, clip, played }: Props) {
  studio.revisions.of("notes");
  studio.revisions.of("devices"); // keys of drums have names
  studio.revisions.of("signatures");
  const canvas = useRef<HTMLCanvasElement>(null);
  const [window, setWindow] = useState<Window | null>(null);
  const [dragged, setDragged] = useState<ReadonlyMap<string, Note> | null>(null);
  const [frame, setFrame] = useState<Scene["frame"]>(null);
  const chosenGrid = studio.noteGrid.value;
  useRedrawOnGestures(studio.room.value, "notes");
  const stored = notesOf(song, clip);
  const moved = movedBy(studio.moment.value === null ? studio.room.value : null, stored);
  const notes = stored.map((note) => dragged?.get(note.id) ?? moved.get(note.id)?.shown ?? note);
  const draft = dragged?.get(DRAFT);
  const selection = studio.selection.value;
  const selected = useMemo(() => new Set(selection?.collection === "notes" ? selection.ids : []), [selection]);
  const selectedNotes = stored.filter(({ id }) => selected.has(id));
  const room = studio.mayEdit ? studio.room.value : null;
  const select = (ids: readonly string[]): void => {
    studio.selection.value = ids.length === 0 ? { collection: "clips", ids: [played] } : { collection: "notes", ids };
    studio.openClip.value = played;
    studio.showPresence({ selection: ids.slice(0, 200) });
  };
  const entity = song.get("clips", clip);
  useEffect(() => {
    const { clientWidth, clientHeight } = canvas.current!;
    setWindow(windowOver(stored, entity?.duration ?? 4, clientWidth, clientHeight));
  }, [clip]);
  const grid = window === null ? 0.25 : chosenGrid || finestVisibleStep(window.scale);
  const roll = useRef<Pressed | null>(null);
  roll.current = window === null ? null : { room, clip, window, grid, height: canvas.current?.clientHeight ?? 0, notes: stored, selected, select, drag: setDragged, frame: setFrame };
  useEffect(() => listening(canvas.current!, () => roll.current, setWindow), []);
  useEffect(() => {
    if (window === null) return;
    const from = entity?.playStart ?? 0;
    drawOn(canvas.current, (width, height) => ({
      window, notes: draft === undefined ? notes : [...notes, draft], selected, taken: takenBy(studio), moved, frame, grid, bars: entity === undefined ? [] : barsOf(song, song.get("clips", played) ?? entity, window, width),
      colours: coloursOf(document.documentElement), width, height, isDrum: isDrumClip(song, played), played: [from, entity?.loopEnd ?? from + (entity?.duration ?? 0)],
    }));
  });
  void shownTheme.value;
  /** Ctrl+C and Ctrl+V; notes come where the clip is played just now, else behind the last of those in it. */
  const copies = (room: Room, event: KeyboardEvent): boolean => {
    if (!(event.ctrlKey || event.metaKey) || event.shiftKey) return false;
    if (event.key === "c" && selectedNotes.length > 0) copied = copiesOf(room, selectedNotes);
    else if (event.key === "v" && copied.length > 0) {
      const heard = song.get("clips", played);
      const head = heard === undefined ? null : contentAt(heard, studio.playhead.peek());
      const behind = Math.ceil(Math.max(0, ...stored.map(({ time, duration }) => time + duration)) / grid - 1e-6) * grid;
      select(pasted(room, clip, copied, head === null ? behind : Math.round(head / grid) * grid));
    } else return false;
    return true;
  };
  return (
    <div class="roll" onKeyDown={(event) => { if (room !== null && (keyed(room, event, stored, selectedNotes, grid, select) || copies(room, event))) event.preventDefault(); }}>
      <RollTools song={song} clip={played} notes={stored} chosen={selectedNotes} room={room} grid={chosenGrid} step={grid} onGrid={(grid) => { studio.noteGrid.value = grid; }} onWindow={setWindow} onSelect={select} />
      <div class="roll-canvas" tabIndex={-1} onPointerDown={(event) => event.currentTarget.focus({ preventScroll: true })}>
        <canvas ref={canvas} aria-hidden />
        {window !== null && <RollPlayHead studio={studio} clip={played} window={window} />}
      </div>
      <NoteList room={room} notes={stored} selected={selected} onSelect={select} grid={grid} clip={clip} />
    </div>
  );
}

/** Notes that were copied last, from whatever clip. */
let copied: readonly CopiedNote[] = [];

function isDrumClip(song: Readable, clip: string): boolean {
  const entity = song.get("clips", clip);
  return entity !== undefined && instrumentFor(song, entity.track, entity.name) === "drums";
}

function drawOn(element: HTMLCanvasElement | null, scene: (width: number, height: number) => Scene): void {
  const paint = element?.getContext("2d");
  if (element == null || paint == null) return;
  const ratio = Math.min(2, devicePixelRatio || 1);
  element.width = element.clientWidth * ratio;
  element.height = element.clientHeight * ratio;
  paint.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawRoll(paint, scene(element.clientWidth, element.clientHeight));
}

/** Ctrl+A selects all, Ctrl+D duplicates; the rest is for the notes that are selected. Returns whether the key was for them. */
function keyed(room: Room, event: KeyboardEvent, all: readonly Note[], chosen: readonly Note[], grid: number, select: (ids: readonly string[]) => void): boolean {
  if (event.target instanceof HTMLElement && event.target.matches("select")) return false;
  if (!event.ctrlKey && !event.metaKey) return pressed(room, chosen, grid, event);
  if (event.key === "a") select(all.map(({ id }) => id));
  else if (event.key === "d" && chosen.length > 0) select(duplicate(room, chosen, grid));
  else return false;
  return true;
}
