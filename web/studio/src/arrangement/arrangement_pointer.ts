/** Mouse, pen and fingers on the arrangement: select, drag, resize, draw, scroll, zoom, and where we are. */

import type { Gesture, Room } from "@prime/client";

import { beatsAt, scrolled, zoomed } from "../timeline/axis.js";
import { gridOf, snapped } from "../timeline/grid.js";
import { rowsApart } from "./track_rows.js";
import type { Studio } from "../studio.js";
import type { ArrangementView } from "./arrangement_view.js";
import { contentBetween, copiedTo, drawn, isElsewhere, movedBy, place, resized, split, type ClipPlace } from "./clip_edits.js";
import { CHANGES_TOP, MARKERS_TOP, RULER_HEIGHT } from "./drawing/ruler.js";
import { clipsIn, hitAt, type Hit } from "./hits.js";
import { chipAt, type Chip } from "./ruler/chips.js";
import { setLoop } from "./ruler/loop_edits.js";
import { addMarker, addSignature, addTempo, isFirst, moveTo } from "./ruler/ruler_edits.js";
import { barStart } from "../timeline/bars.js";
import { signaturesOf } from "../timeline/signatures.js";

/** A press that moves by less is a click. */
const CLICK_PIXELS = 3;

/** A clip that is dragged up or down by less stays on its track. */
const ROW_PIXELS = 8;

/** What a press became. */
type Press =
  | { readonly kind: "none" }
  | { readonly kind: "scroll"; readonly x: number; readonly y: number }
  | { readonly kind: "ruler" }
  | { readonly kind: "loop"; readonly x: number }
  | { readonly kind: "chip"; readonly x: number; readonly chip: Chip }
  | { readonly kind: "marquee"; readonly x: number; readonly y: number }
  | { readonly kind: "new-clip"; readonly track: string; readonly time: number }
  | { readonly kind: "drag"; readonly x: number; readonly y: number; readonly ids: readonly string[]; readonly edge: "start" | "end" | null; readonly gesture: Gesture<unknown> };

export class ArrangementPointer {
  private press: Press = { kind: "none" };
  /** Pointer -> where it is, of fingers that are down. */
  private readonly fingers = new Map<number, { x: number; y: number }>();

  constructor(private readonly studio: Studio, private readonly view: ArrangementView) {}

  /** `place`: asks the page where it is, which costs a layout: only who zooms needs it. */
  wheel(event: WheelEvent, place: () => number): void {
    event.preventDefault();
    const { view } = this;
    if (event.altKey) view.resizeRows(view.rowHeight * Math.exp(-event.deltaY / 300));
    else if (event.ctrlKey || event.metaKey) view.axis.value = zoomed(view.axis.value, Math.exp(-event.deltaY / 300), place());
    else if (event.shiftKey) view.axis.value = scrolled(view.axis.value, event.deltaY || event.deltaX);
    else {
      view.axis.value = scrolled(view.axis.value, event.deltaX);
      view.scrollBy(0, event.deltaY);
    }
  }

  down(event: PointerEvent, x: number, y: number): void {
    if (event.pointerType === "touch") this.fingers.set(event.pointerId, { x, y });
    if (this.fingers.size > 1) {
      this.cancel();
      return;
    }
    const hit = this.hit(x, y);
    if (event.pointerType === "touch" && hit.kind !== "ruler" && !(hit.kind === "clip" && this.isSelected(hit.clip.id))) {
      this.press = { kind: "scroll", x, y };
      this.select(hit, event.shiftKey);
      return;
    }
    this.press = this.pressOf(event, hit, x, y);
  }

  move(event: PointerEvent, x: number, y: number): void {
    if (this.fingers.size > 1) {
      this.pinch(event, x, y);
      return;
    }
    if (event.pointerType === "touch") this.fingers.set(event.pointerId, { x, y });
    this.view.mouse = [x, y];
    this.showCursor(x, y);
    const { press } = this;
    switch (press.kind) {
      case "none": return;
      case "scroll":
        this.view.scrollBy((press.x - x) / this.view.axis.value.scale, press.y - y);
        this.press = { kind: "scroll", x, y };
        return;
      case "ruler": return this.movePlayhead(x);
      case "loop":
        this.view.marquee = [Math.min(x, press.x), 0, Math.abs(x - press.x), MARKERS_TOP];
        return this.view.drawPeople();
      case "chip": return this.dragChip(press, x, event.altKey);
      case "new-clip": return;
      case "marquee": return this.stretch(press, x, y);
      case "drag": return this.drag(press, x, y, event.altKey);
    }
  }

  up(event: PointerEvent, x: number, y: number): void {
    this.fingers.delete(event.pointerId);
    const { press, view, studio } = this;
    this.press = { kind: "none" };
    view.marquee = null;
    view.drawPeople();
    const room = this.mayEdit ? studio.room.value : null; // it may have changed since it was pressed
    if (room === null) {
      if (press.kind === "drag") press.gesture.cancel();
      view.dragged = new Map();
      view.draggedChip = null;
      view.drawSong();
      return;
    }
    if (press.kind === "new-clip") {
      const end = snapped(beatsAt(view.axis.value, x), this.grid);
      const id = drawn(room, press.track, press.time, Math.max(this.grid || 1, end - press.time));
      studio.select("clips", [id]);
    } else if (press.kind === "loop") this.loop(room, press.x, x);
    else if (press.kind === "chip") this.dropChip(room);
    else if (press.kind === "drag") this.drop(press, Math.hypot(x - press.x, y - press.y), event.ctrlKey || event.metaKey);
  }

  /** The mouse is elsewhere: others see no cursor of ours. */
  leave(): void {
    this.view.mouse = null;
    this.studio.showPresence({ cursor: null });
  }

  cancel(): void {
    if (this.press.kind === "drag") this.press.gesture.cancel();
    this.press = { kind: "none" };
    this.view.dragged = new Map();
    this.view.draggedChip = null;
    this.view.marquee = null;
    this.view.drawSong();
  }

  /** A double click opens the notes of a clip, or draws one where there is none; in the ruler it adds what belongs there. */
  double(x: number, y: number, isShifted = false): void {
    const hit = this.hit(x, y);
    const { studio } = this;
    if (hit.kind === "ruler") this.addToRuler(hit.time, x, y, isShifted);
    else if (hit.kind === "clip") {
      studio.openClip.value = hit.clip.id;
      studio.lower.value = "pianoroll";
    } else if (hit.kind === "row" && this.mayEdit && studio.room.value !== null) {
      const id = drawn(studio.room.value, hit.row.id, Math.floor(hit.time / 4) * 4, 4);
      studio.select("clips", [id]);
    }
  }

  /** What the pointer should look like. */
  shape(x: number, y: number): string {
    const hit = this.hit(x, y);
    if (hit.kind === "ruler") return this.chipAt(x, y) === null ? "default" : "grab";
    if (hit.kind === "clip") return this.studio.tool.value === "scissors" ? "crosshair" : hit.edge === null ? "grab" : "ew-resize";
    return hit.kind === "row" && this.studio.tool.value === "pencil" ? "cell" : "default";
  }

  /** On a phone the song is for reading: a finger that scrolls must not move a clip. */
  private get mayEdit(): boolean {
    return this.studio.mayEdit && !this.view.isPhone;
  }

  private get grid(): number {
    return gridOf(this.studio.grid.value, this.view.axis.value.scale);
  }

  /** What stands in the ruler at a pixel, or null. */
  private chipAt(x: number, y: number): Chip | null {
    const { markers, changes } = this.view.chips;
    if (y >= CHANGES_TOP) return chipAt(changes, x);
    return y >= MARKERS_TOP ? chipAt(markers, x) : null;
  }

  private addToRuler(beat: number, x: number, y: number, isShifted: boolean): void {
    const { studio } = this;
    const room = studio.room.value;
    if (room === null || !this.mayEdit || y < MARKERS_TOP || this.chipAt(x, y) !== null) return;
    const time = snapped(beat, this.grid);
    if (y < CHANGES_TOP) studio.introduce("markers", addMarker(room, time));
    else if (isShifted) studio.introduce("signatures", addSignature(room, barStart(signaturesOf(room), beat)));
    else studio.introduce("tempo", addTempo(room, time));
  }

  private dragChip({ x: from, chip }: Extract<Press, { kind: "chip" }>, x: number, isFree: boolean): void {
    const { view, studio } = this;
    const { collection, id, time } = chip;
    if (!this.mayEdit || isFirst(view.song, collection, id) || (view.draggedChip === null && Math.abs(x - from) < CLICK_PIXELS)) return;
    const beats = time + (x - from) / view.axis.value.scale;
    const to = collection === "signatures" ? barStart(signaturesOf(view.song), Math.max(0, beats)) : snapped(beats, isFree ? 0 : this.grid);
    view.draggedChip = { collection, id, time: to };
    studio.showPresence({ selection: [id] });
    view.drawSong();
  }

  private dropChip(room: Room): void {
    const { view } = this;
    const dragged = view.draggedChip;
    view.draggedChip = null;
    if (dragged !== null) moveTo(room, dragged.collection, dragged.id, dragged.time);
    view.drawSong();
  }

  private hit(x: number, y: number): Hit {
    return hitAt(this.view.layout, this.view.axis.value, this.view.top.value, x, y);
  }

  private isSelected(clip: string): boolean {
    const selection = this.studio.selection.value;
    return selection?.collection === "clips" && selection.ids.includes(clip);
  }

  private pressOf(event: PointerEvent, hit: Hit, x: number, y: number): Press {
    const { studio } = this;
    const room = studio.room.value;
    if (hit.kind === "ruler") {
      const chip = this.chipAt(x, y);
      if (chip !== null) {
        studio.inspect(chip.collection, chip.id);
        return { kind: "chip", x, chip };
      }
      if (event.shiftKey && this.mayEdit) return { kind: "loop", x };
      this.movePlayhead(x);
      return { kind: "ruler" };
    }
    if (hit.kind === "clip") {
      if (studio.tool.value === "scissors" && this.mayEdit && room !== null) {
        split(room, hit.clip.id, snapped(hit.time, this.grid));
        return { kind: "none" };
      }
      this.select(hit, event.shiftKey);
      const ids = studio.selection.value?.ids ?? [];
      if (!this.mayEdit || room === null || ids.length === 0) return { kind: "none" };
      return { kind: "drag", x, y, ids, edge: hit.edge, gesture: room.gesture() };
    }
    if (hit.kind === "row" && studio.tool.value === "pencil" && this.mayEdit) {
      return { kind: "new-clip", track: hit.row.id, time: snapped(hit.time - this.grid / 2, this.grid) };
    }
    if (!event.shiftKey) this.select(hit, false);
    return { kind: "marquee", x, y };
  }

  private select(hit: Hit, adds: boolean): void {
    const { studio } = this;
    if (hit.kind === "clip") {
      const before = studio.selection.value?.collection === "clips" ? studio.selection.value.ids : [];
      const { id } = hit.clip;
      const ids = adds ? (before.includes(id) ? before.filter((each) => each !== id) : [...before, id]) : before.includes(id) ? before : [id];
      studio.select("clips", ids);
    } else studio.select("tracks", hit.kind === "row" ? [hit.row.id] : []);
  }

  private stretch({ x: fromX, y: fromY }: { readonly x: number; readonly y: number }, x: number, y: number): void {
    const { view, studio } = this;
    view.marquee = [Math.min(x, fromX), Math.min(y, fromY), Math.abs(x - fromX), Math.abs(y - fromY)];
    const [left, top, width, height] = view.marquee;
    const rowsTop = top - RULER_HEIGHT + view.top.value;
    const ids = clipsIn(view.layout, beatsAt(view.axis.value, left), beatsAt(view.axis.value, left + width), rowsTop, rowsTop + height);
    studio.select("clips", ids);
    view.drawPeople();
  }

  private drag(press: Extract<Press, { kind: "drag" }>, x: number, y: number, isFree: boolean): void {
    const { view } = this;
    if (Math.hypot(x - press.x, y - press.y) < CLICK_PIXELS && view.dragged.size === 0) return;
    const places = this.placesOf(press, x, y, isFree);
    view.dragged = places;
    for (const [id, { time, duration }] of places) press.gesture.set("clips", id, { time, duration });
    view.drawSong();
  }

  private placesOf(press: Extract<Press, { kind: "drag" }>, x: number, y: number, isFree: boolean): Map<string, ClipPlace> {
    const { view } = this;
    const { song, layout } = view;
    const beats = (x - press.x) / view.axis.value.scale;
    const grid = isFree ? 0 : this.grid;
    const first = song.get("clips", press.ids[0]!);
    if (press.edge !== null) {
      return new Map(press.ids.flatMap((id) => {
        const clip = song.get("clips", id);
        if (clip === undefined || press.edge === null) return [];
        const edge = press.edge === "start" ? clip.time : clip.time + clip.duration;
        return [[id, resized(clip, press.edge, snapped(edge + beats, grid), (from, to) => contentBetween(song, id, from, to))] as const];
      }));
    }
    const step = first === undefined ? beats : snapped(Math.max(0, first.time + beats), grid) - first.time;
    const [from, to] = [press.y, y].map((each) => each - RULER_HEIGHT + view.top.value) as [number, number];
    const rows = Math.abs(to - from) < ROW_PIXELS ? 0 : rowsApart(layout.rows, from, to);
    return movedBy(song, press.ids, step, rows, layout.rows.map(({ id }) => id));
  }

  /** Clips go where they were dragged; with `isCopy` they stay, and copies go there. An edge has no copy. */
  private drop(press: Extract<Press, { kind: "drag" }>, moved: number, isCopy: boolean): void {
    const { view, studio } = this;
    const places = view.dragged;
    view.dragged = new Map();
    const room = studio.room.value;
    press.gesture.cancel(); // others see the edit in its place
    if (room !== null && moved >= CLICK_PIXELS && isElsewhere(room, places)) {
      if (isCopy && press.edge === null) studio.select("clips", copiedTo(room, places));
      else room.edit((tx) => place(tx, room, places));
    }
    view.drawSong();
  }

  /** The song loops between two pixels, if a step of the grid lies between them. */
  private loop(room: Room, from: number, to: number): void {
    const [start, end] = [from, to].map((x) => snapped(beatsAt(this.view.axis.value, x), this.grid)).sort((a, b) => a - b) as [number, number];
    setLoop(room, { start, end }, { isOn: true });
  }

  private movePlayhead(x: number): void {
    this.studio.seek(snapped(beatsAt(this.view.axis.value, x), this.grid));
  }

  private showCursor(x: number, y: number): void {
    const hit = this.hit(x, y);
    const { view } = this;
    const row = hit.kind === "row" || hit.kind === "clip" ? hit.row : null;
    const within = row === null ? 0.5 : (y - RULER_HEIGHT + view.top.value - row.top) / row.height;
    this.studio.showPresence({ cursor: { time: hit.time, track: row?.id ?? null, y: Math.min(1, Math.max(0, within)) } });
  }

  private pinch(event: PointerEvent, x: number, y: number): void {
    const before = [...this.fingers.values()];
    this.fingers.set(event.pointerId, { x, y });
    const after = [...this.fingers.values()];
    const [was, now] = [Math.abs(before[0]!.x - before[1]!.x), Math.abs(after[0]!.x - after[1]!.x)];
    if (was > 10 && now > 10) this.view.axis.value = zoomed(this.view.axis.value, now / was, (after[0]!.x + after[1]!.x) / 2);
  }
}
