/** Takes mouse, fingers and wheel on the canvas of the notes. */

import { RollPointer, type Roll } from "./roll_pointer.js";
import type { Window } from "./note_places.js";

type Change = (change: (before: Window | null) => Window | null) => void;

/** Returns what ends it. `roll`: as it is when something is pressed. */
export function listening(canvas: HTMLCanvasElement, roll: () => Roll | null, setWindow: Change): () => void {
  const end = new AbortController();
  const { signal } = end;
  let pointer: RollPointer | null = null;
  /** Whether the last two presses were on notes: then a double click is one on a note. */
  let pressed: readonly boolean[] = [];
  const at = (event: MouseEvent): [number, number] => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    const now = roll();
    if (event.button !== 0 || now === null) return;
    canvas.setPointerCapture(event.pointerId);
    pointer = new RollPointer(now);
    pressed = [...pressed.slice(-1), pointer.down(...at(event), event.shiftKey)];
  }, { signal });
  canvas.addEventListener("pointermove", (event) => pointer?.move(...at(event), event.altKey), { signal });
  canvas.addEventListener("pointerup", () => {
    if (roll()?.room === null) pointer?.cancel(); // edits may not be taken any more since it was pressed
    else pointer?.up();
    pointer = null;
  }, { signal });
  canvas.addEventListener("pointercancel", () => { pointer?.cancel(); pointer = null; }, { signal });
  canvas.addEventListener("dblclick", (event) => {
    const now = roll();
    if (now !== null && pressed.length === 2 && pressed.every(Boolean)) new RollPointer(now).double(...at(event));
  }, { signal });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    setWindow((before) => before && scrolledBy(before, event));
  }, { passive: false, signal });
  return () => {
    pointer?.cancel();
    end.abort();
  };
}

interface Turn {
  readonly deltaX: number;
  readonly deltaY: number;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** With Ctrl time is zoomed, with Alt pitch; with Shift time goes on. */
export function scrolledBy(window: Window, event: Turn): Window {
  const factor = Math.exp(-event.deltaY / 300);
  if (event.ctrlKey || event.metaKey) return zoomedTime(window, factor);
  if (event.altKey) return zoomedPitch(window, factor);
  const keys = Math.sign(event.shiftKey ? 0 : event.deltaY) * 2;
  const beats = (event.shiftKey ? event.deltaY : event.deltaX) / window.scale;
  return { ...window, start: Math.max(0, window.start + beats), topKey: Math.min(127, Math.max(12, window.topKey - keys)) };
}

export function zoomedTime(window: Window, factor: number): Window {
  return { ...window, scale: Math.min(800, Math.max(4, window.scale * factor)) };
}

export function zoomedPitch(window: Window, factor: number): Window {
  return { ...window, keyHeight: Math.min(28, Math.max(4, window.keyHeight * factor)) };
}
