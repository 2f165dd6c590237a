/** The notes of one clip: on a canvas for the mouse, and as a list for keys and screen readers. */

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Readable } from "@prime/client";

import { coloursOf } from "../arrangement/colours.js";
import { keyInWords } from "../history/words.js";
import { safeColour } from "../people/colours.js";
import { shownTheme } from "../../../pages/theme.js";
import type { Studio } from "../studio.js";
import { pressed } from "./note_keys.js";
import { RollPointer, type Roll } from "./roll_pointer.js";
import { drawRoll, gridOf, notesOf, titleOf, windowOver, type Note, type Window } from "./roll_view.js";

export function PianoRoll({ studio }: { studio: Studio }) {
  studio.revisions.of("clips");
  const { song } = studio;
  const selection = studio.selection.value;
  const selectedClip = selection?.collection === "clips" ? selection.ids[0] : undefined;
  const clip = selectedClip ?? studio.openClip.value;
  const entity = clip === null ? undefined : song?.get("clips", clip);
  if (song === null || clip === null || entity === undefined) return <p class="quiet inspector">Select a clip of notes, or double-click one.</p>;
  if (entity.kind !== "notes") return <p class="quiet inspector">This clip has no notes.</p>;
  return <Shown key={`${studio.moment.value?.seq ?? "now"}/${clip}`} studio={studio} song={song} clip={entity.ref ?? clip} />;
}

function Shown({ studio, song, clip }: { studio: Studio; song: Readable; clip: string }) {
  studio.revisions.of("notes");
  const canvas = useRef<HTMLCanvasElement>(null);
  const [window, setWindow] = useState<Window | null>(null);
  const [moved, setMoved] = useState<ReadonlyMap<string, Note> | null>(null);
  const notes = notesOf(song, clip).map((note) => moved?.get(note.id) ?? note);
  const selection = studio.selection.value;
  const selected = useMemo(() => new Set(selection?.collection === "notes" ? selection.ids : []), [selection]);
  const room = studio.mayEdit ? studio.room.value : null;
  const select = (ids: readonly string[]): void => {
    studio.selection.value = ids.length === 0 ? { collection: "clips", ids: [clip] } : { collection: "notes", ids };
    studio.openClip.value = clip;
    studio.showPresence({ selection: ids.slice(0, 200) });
  };
  const entity = song.get("clips", clip);
  useEffect(() => {
    const { clientWidth, clientHeight } = canvas.current!;
    setWindow(windowOver(notes, entity?.duration ?? 4, clientWidth, clientHeight));
  }, [clip]);
  const roll = useRef<Roll | null>(null);
  roll.current = window === null ? null : { room, clip, window, notes: notesOf(song, clip), selected, select, drag: setMoved };
  useEffect(() => listening(canvas.current!, () => roll.current, setWindow), []);
  useEffect(() => {
    const element = canvas.current;
    const paint = element?.getContext("2d");
    if (element == null || paint == null || window === null) return;
    const ratio = Math.min(2, devicePixelRatio || 1);
    element.width = element.clientWidth * ratio;
    element.height = element.clientHeight * ratio;
    paint.setTransform(ratio, 0, 0, ratio, 0, 0);
    const [from, length] = [entity?.playStart ?? 0, entity?.duration ?? 0];
    drawRoll(paint, {
      window, notes, selected, taken: takenBy(studio), colours: coloursOf(document.documentElement),
      width: element.clientWidth, height: element.clientHeight, played: [from, entity?.loopEnd ?? from + length],
    });
  });
  void shownTheme.value;
  return (
    <div class="roll">
      <div class="row roll-title"><strong><bdi>{titleOf(song, clip)}</bdi></strong><span class="quiet">{notes.length} notes; click to write one, drag to move it</span></div>
      <canvas ref={canvas} aria-hidden />
      {window !== null && <NoteList studio={studio} notes={notes} selected={selected} onSelect={select} window={window} clip={clip} />}
    </div>
  );
}

function takenBy(studio: Studio): Map<string, string> {
  const taken = new Map<string, string>();
  for (const { presence, color } of studio.room.value?.others.value ?? []) {
    for (const id of presence.selection ?? []) taken.set(id, safeColour(color));
  }
  return taken;
}

function listening(canvas: HTMLCanvasElement, roll: () => Roll | null, setWindow: (change: (before: Window | null) => Window | null) => void): () => void {
  const end = new AbortController();
  const { signal } = end;
  let pointer: RollPointer | null = null;
  const at = (event: MouseEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    const now = roll();
    if (event.button !== 0 || now === null) return;
    canvas.setPointerCapture(event.pointerId);
    pointer = new RollPointer(now);
    pointer.down(...at(event), event.shiftKey);
  }, { signal });
  canvas.addEventListener("pointermove", (event) => pointer?.move(...at(event), event.altKey), { signal });
  canvas.addEventListener("pointerup", () => { pointer?.up(); pointer = null; }, { signal });
  canvas.addEventListener("pointercancel", () => { pointer?.cancel(); pointer = null; }, { signal });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    setWindow((before) => before && scrolledBy(before, event));
  }, { passive: false, signal });
  return () => end.abort();
}

function scrolledBy(window: Window, event: WheelEvent): Window {
  if (event.ctrlKey || event.metaKey) return { ...window, scale: Math.min(800, Math.max(4, window.scale * Math.exp(-event.deltaY / 300))) };
  const keys = Math.sign(event.shiftKey ? 0 : event.deltaY) * 2;
  const beats = (event.shiftKey ? event.deltaY : event.deltaX) / window.scale;
  return { ...window, start: Math.max(0, window.start + beats), topKey: Math.min(127, Math.max(12, window.topKey - keys)) };
}

interface ListProps {
  readonly studio: Studio;
  readonly notes: readonly Note[];
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: readonly string[]) => void;
  readonly window: Window;
  readonly clip: string;
}

const MOST_LISTED = 500;

/** Seen while it has the focus. */
function NoteList({ studio, notes, selected, onSelect, window, clip }: ListProps) {
  const room = studio.mayEdit ? studio.room.value : null;
  const write = (): void => {
    const last = notes.at(-1);
    let id = "";
    room?.edit((tx) => { id = tx.insert("notes", { clip, time: last === undefined ? 0 : last.time + last.duration, duration: 1, key: last?.key ?? 60 }); });
    if (id !== "") onSelect([id]);
  };
  return (
    <div class="note-keys">
      <button type="button" disabled={room === null} onClick={write}>Write a note</button>
      <ul aria-label="Notes">
        {notes.slice(0, MOST_LISTED).map((note) => (
          <li key={note.id}>
            <button type="button" aria-pressed={selected.has(note.id)} onClick={() => onSelect([note.id])} onFocus={() => onSelect([note.id])}
              onKeyDown={(event) => { if (room !== null && !event.ctrlKey && !event.metaKey && pressed(room, [note], gridOf(window), event)) event.preventDefault(); }}>
              {keyInWords(note.key)}, beat {Math.round(note.time * 100) / 100 + 1}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
