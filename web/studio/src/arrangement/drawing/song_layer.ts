/** Draws the song on a canvas: rows, grid, clips with what is in them, ruler, markers, loop. */

import type { Readable } from "@prime/client";

import { beatsAt, xOf, type Axis } from "../../timeline/axis.js";
import { marks } from "../../timeline/bar_marks.js";
import { rowsBetween, type Row } from "../track_rows.js";
import { signaturesOf } from "../../timeline/signatures.js";
import type { TimelineMarks } from "../../history/comparing/timeline_marks.js";
import { passes, type Pass } from "../../timeline/clip_passes.js";
import type { ClipContents, Content } from "../clip_contents.js";
import { clipColour, clipLook, type ClipLook } from "../../canvas/clip_colours.js";
import type { Colours } from "../../canvas/theme_colours.js";
import { fitting, LETTERS, textWidth } from "../../canvas/letters.js";
import { comparedColour, drawGhost, drawSign } from "./compared.js";
import { RowTiles, type SheetMaker, type TileDrawn } from "./row_tiles.js";
import { drawRuler, RULER_HEIGHT, type Chips, type Heat, type RulerLoop } from "./ruler.js";
import type { DraggedChip } from "../ruler/chips.js";
import type { PlacedClip, TrackLayout } from "../track_layout.js";

/** At most so many clips are drawn at once; what is left out is said. */
export const MOST_CLIPS = 6_000;

/** Of the names of clips; how far they are from the left edge of a clip, and from both edges together. */
const NAME_FONT = `600 10px ${LETTERS}`;
const NAME_LEFT = 5;
const NAME_MARGIN = 8;

/** At most so many notes and points are drawn at once. */
const MOST_MARKS = 60_000;

export interface Scene {
  readonly song: Readable;
  readonly layout: TrackLayout;
  readonly contents: ClipContents;
  readonly colours: Colours;
  readonly axis: Axis;
  /** Pixels by which the rows are scrolled. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Pixels of the screen for one of the page. */
  readonly ratio: number;
  readonly selected: ReadonlySet<string>;
  /** Clip -> where it is shown while it is dragged, by us or by somebody else. */
  readonly moved: ReadonlyMap<string, { readonly time: number; readonly duration: number; readonly track: string }>;
  /** What differs from another moment; null: none is compared. */
  readonly compared: TimelineMarks | null;
  /** Clip -> the colour of the member who drags it just now. */
  readonly movers: ReadonlyMap<string, string>;
  /** Tracks that are selected. */
  readonly tracks: ReadonlySet<string>;
  /** Who edited where, lately. */
  readonly heat: readonly Heat[];
  /** What of the ruler we drag just now; null: nothing. */
  readonly dragged: DraggedChip | null;
  /** null: the song has none. */
  readonly loop: RulerLoop | null;
  /** What of the ruler is selected. */
  readonly chosen: ReadonlySet<string>;
}

/** How many clips were drawn, and whether that was all: there may be too much. */
export interface Drawn {
  readonly clips: number;
  readonly isWhole: boolean;
}

export class SongLayer {
  /** How many notes and points may still be drawn. */
  private marksLeft = 0;
  private clips = 0;
  private readonly tiles: RowTiles;
  /** Of the ruler, as it was drawn last. */
  chips: Chips = { markers: [], changes: [] };

  /** `paint`: what is drawn on; while a tile is drawn, the tile. `makeSheet`: makes what tiles are drawn on. */
  constructor(private paint: CanvasRenderingContext2D, makeSheet: SheetMaker = () => null) {
    this.tiles = new RowTiles(makeSheet);
  }

  draw(scene: Scene): Drawn {
    const { paint } = this;
    this.marksLeft = MOST_MARKS;
    this.clips = 0;
    paint.fillStyle = scene.colours.ground;
    paint.fillRect(0, 0, scene.width, scene.height);
    const rows = rowsBetween(scene.layout.rows, scene.top, scene.top + scene.height - RULER_HEIGHT);
    paint.save();
    paint.beginPath();
    paint.rect(0, RULER_HEIGHT, scene.width, scene.height - RULER_HEIGHT);
    paint.clip();
    for (const row of rows) this.drawRow(scene, row);
    this.drawGrid(scene);
    this.tiles.begin({ scale: scene.axis.scale, rowHeight: rows[0]?.height ?? 0, ratio: scene.ratio, colours: scene.colours });
    for (const row of rows) {
      if (scene.layout.isGroup(row.id)) this.drawGroup(scene, row);
      const rowPlace = scene.layout.placeOf(row.id);
      if (!this.drawFromTiles(scene, row, rowPlace)) this.drawClips(scene, row, rowPlace);
      this.drawMoved(scene, row, rowPlace);
      this.drawGhosts(scene, row);
    }
    this.tiles.end();
    if (scene.layout.rows.length === 0) this.drawHint(scene);
    paint.restore();
    this.chips = drawRuler(paint, scene, marksOf(scene));
    return { clips: this.clips, isWhole: this.clips < MOST_CLIPS && this.marksLeft > 0 };
  }

  private drawRow(scene: Scene, row: Row): void {
    const { paint } = this;
    const { colours } = scene;
    const y = yOf(scene, row);
    if (scene.tracks.has(row.id) || scene.layout.isGroup(row.id)) {
      paint.fillStyle = scene.tracks.has(row.id) ? colours.raised : colours.surface;
      paint.fillRect(0, y, scene.width, row.height);
    }
    paint.fillStyle = colours.line;
    paint.globalAlpha = 0.6;
    paint.fillRect(0, y + row.height - 1, scene.width, 1);
    paint.globalAlpha = 1;
  }

  private drawGrid(scene: Scene): void {
    const { paint } = this;
    const height = Math.min(scene.height - RULER_HEIGHT, scene.layout.height - scene.top);
    for (const { time, bar } of marksOf(scene)) {
      paint.fillStyle = scene.colours.line;
      paint.globalAlpha = bar === null ? 0.3 : 0.75;
      paint.fillRect(Math.round(xOf(scene.axis, time)), RULER_HEIGHT, 1, height);
    }
    paint.globalAlpha = 1;
  }

  /** The clips in a group, as thin stripes in the group's own row. */
  private drawGroup(scene: Scene, row: Row): void {
    const inside = scene.layout.inside(row.id);
    if (inside.length === 0) return;
    const { paint } = this;
    const [from, to] = span(scene);
    const step = Math.min(4, (row.height - 6) / inside.length);
    inside.forEach((track, at) => {
      paint.fillStyle = clipColour(scene.song.get("tracks", track)?.color, scene.layout.placeOf(track));
      paint.globalAlpha = 0.7;
      const y = yOf(scene, row) + 3 + at * step;
      for (const { time, end } of scene.layout.clipsOf(track)) {
        if (time > to || this.marksLeft <= 0) break;
        if (end < from) continue;
        this.marksLeft -= 1;
        paint.fillRect(xOf(scene.axis, time), y, Math.max(1, (end - time) * scene.axis.scale - 1), Math.max(1, step - 1));
      }
    });
    paint.globalAlpha = 1;
  }

  /** Those that lie where they are stored. */
  private drawClips(scene: Scene, row: Row, place: number): void {
    for (const placed of seenOf(scene, row)) {
      if (scene.moved.has(placed.id) || this.clips >= MOST_CLIPS) continue;
      this.drawClip(scene, row, placed, place);
      this.drawNameOf(scene, row, placed, place);
    }
  }

  /** Where somebody drags them to just now. */
  private drawMoved(scene: Scene, row: Row, place: number): void {
    for (const [id, { time, duration, track }] of scene.moved) {
      if (track !== row.id) continue;
      const placed = { id, time, end: time + duration };
      this.drawClip(scene, row, placed, place);
      this.drawNameOf(scene, row, placed, place);
    }
  }

  /** The same as `drawClips`, from bitmaps; false: there are none yet. */
  private drawFromTiles(scene: Scene, row: Row, place: number): boolean {
    if (scene.compared !== null) return false;
    const tiles = this.tiles.show(this.paint, scene.axis, scene.width, {
      row: { id: row.id, track: scene.song.get("tracks", row.id), place, clips: scene.layout.clipsOf(row.id) },
      y: yOf(scene, row),
      contentOf: (source) => scene.contents.of(source),
      isApart: (clip) => isApart(scene, clip),
      draw: (paint, axis, width) => this.drawTile({ ...scene, axis, width, top: row.top + RULER_HEIGHT }, row, place, paint),
    });
    if (tiles === null) return false;
    for (const { clips, marks } of tiles) {
      this.clips += clips.length;
      this.marksLeft -= marks;
    }
    for (const placed of seenOf(scene, row)) {
      if (scene.moved.has(placed.id)) continue;
      if (isApart(scene, placed.id)) {
        this.drawClip(scene, row, placed, place);
        this.drawNameOf(scene, row, placed, place);
      } else if (placed.time < scene.axis.start) this.drawNameAtEdge(scene, row, placed, place); // the tile has the name otherwise
    }
    return true;
  }

  /** `scene`: what lies on the tile. */
  private drawTile(scene: Scene, row: Row, place: number, paint: CanvasRenderingContext2D): TileDrawn {
    const [page, marks, count] = [this.paint, this.marksLeft, this.clips];
    this.paint = paint;
    const visibleClips = seenOf(scene, row);
    const plain = visibleClips.filter(({ id }) => !isApart(scene, id));
    for (const placed of plain) {
      this.drawClip(scene, row, placed, place);
      this.drawNameAt(scene, row, placed, place, xOf(scene.axis, placed.time));
    }
    this.paint = page;
    const drawn = {
      clips: plain.map(({ id }) => ({ id, source: sourceOf(scene, id), content: scene.contents.of(sourceOf(scene, id)) })),
      left: visibleClips.filter(({ id }) => isApart(scene, id)).map(({ id }) => id),
      marks: marks - this.marksLeft,
      isWhole: this.marksLeft > 0 && this.clips < MOST_CLIPS,
    };
    [this.marksLeft, this.clips] = [marks, count];
    return drawn;
  }

  private drawClip(scene: Scene, row: Row, { id, time, end }: PlacedClip, place: number): void {
    const { paint } = this;
    const clip = scene.song.get("clips", id);
    if (clip === undefined) return;
    this.clips += 1;
    const x = xOf(scene.axis, time);
    const width = widthOf(scene, time, end);
    const y = yOf(scene, row) + 1;
    const height = row.height - 3;
    const isSelected = scene.selected.has(id);
    const look = clipLook(colourOf(scene, row, id, place), scene.colours, isSelected);
    paint.globalAlpha = clip.enable ? 1 : 0.4;
    paint.fillStyle = look.body;
    paint.beginPath();
    paint.roundRect(x, y, width, height, Math.min(4, width / 3));
    paint.fill();
    paint.fillStyle = look.edge;
    paint.fillRect(x + 2, y, Math.max(0, width - 4), 2);
    paint.fillRect(x, y + 3, 1, height - 6); // where it lies on another, its start is seen
    const showsName = isNamed(width, row);
    this.drawContent(scene, { ...clip, time, duration: end - time }, clip.ref ?? id, showsName ? y + 14 : y + 4, height - (showsName ? 16 : 6), look);
    this.outline(scene, id, x, y, width, height, isSelected);
    paint.globalAlpha = 1;
  }

  private outline(scene: Scene, id: string, x: number, y: number, width: number, height: number, isSelected: boolean): void {
    const why = scene.compared?.outlined.get(id);
    const colour = why !== undefined ? comparedColour(scene.colours, why) : (scene.movers.get(id) ?? (isSelected ? scene.colours.text : null));
    if (colour === null) return;
    this.paint.strokeStyle = colour;
    this.paint.lineWidth = 2;
    this.paint.beginPath();
    this.paint.roundRect(x + 1, y + 1, Math.max(1, width - 2), height - 2, 3);
    this.paint.stroke();
    if (why !== undefined) drawSign(this.paint, scene.colours, why, x, y, width, height);
  }

  /** Clips of the other moment that are not here any more. */
  private drawGhosts(scene: Scene, row: Row): void {
    const [from, to] = span(scene);
    for (const ghost of scene.compared?.ghosts.get(row.id) ?? []) {
      if (ghost.time > to || this.clips >= MOST_CLIPS) break;
      if (ghost.end < from) continue;
      this.clips += 1;
      const width = Math.max(2, (ghost.end - ghost.time) * scene.axis.scale - 1);
      drawGhost(this.paint, scene.colours, ghost.name, xOf(scene.axis, ghost.time), yOf(scene, row) + 1, width, row.height - 3);
    }
  }

  /** At its beginning, or at the left edge of what is seen of it. */
  private drawNameOf(scene: Scene, row: Row, placed: PlacedClip, place: number): void {
    if (!this.drawNameAtEdge(scene, row, placed, place)) this.drawNameAt(scene, row, placed, place, xOf(scene.axis, placed.time));
  }

  /** Where the name at its beginning is out of sight; false: it is not. */
  private drawNameAtEdge(scene: Scene, row: Row, placed: PlacedClip, place: number): boolean {
    const leftPixels = xOf(scene.axis, placed.time);
    if (leftPixels >= 0) return false;
    const width = widthOf(scene, placed.time, placed.end);
    this.paint.font = NAME_FONT;
    const atBeginning = fitting(this.paint, nameOf(scene, row, placed.id), width - NAME_MARGIN);
    if (leftPixels + NAME_LEFT + textWidth(this.paint, atBeginning) > 0) return false;
    this.drawNameAt(scene, row, placed, place, 0);
    return true;
  }

  /** `x`: where the part of the clip begins that has room for it. */
  private drawNameAt(scene: Scene, row: Row, { id, time, end }: PlacedClip, place: number, x: number): void {
    const { paint } = this;
    const clip = scene.song.get("clips", id);
    const width = widthOf(scene, time, end);
    if (clip === undefined || !isNamed(width, row)) return;
    paint.font = NAME_FONT;
    paint.textBaseline = "top";
    paint.fillStyle = clipLook(colourOf(scene, row, id, place), scene.colours, scene.selected.has(id)).letters;
    paint.globalAlpha = clip.enable ? 1 : 0.4;
    paint.fillText(fitting(paint, nameOf(scene, row, id), xOf(scene.axis, time) + width - x - NAME_MARGIN), x + NAME_LEFT, yOf(scene, row) + 5);
    paint.globalAlpha = 1;
  }

  private drawHint(scene: Scene): void {
    const { paint } = this;
    paint.font = `14px ${LETTERS}`;
    paint.textBaseline = "middle";
    paint.textAlign = "center";
    paint.fillStyle = scene.colours.quiet;
    paint.fillText("Nothing here yet: add a track, then double-click in its row to draw a clip.", scene.width / 2, scene.height / 2);
    paint.textAlign = "start";
  }

  private drawContent(scene: Scene, clip: Parameters<typeof passes>[0], source: string, y: number, height: number, look: ClipLook): void {
    const content = scene.contents.of(source);
    if (content.notes.length === 0 && content.lanes.length === 0) return;
    const [from, to] = span(scene);
    this.paint.fillStyle = this.paint.strokeStyle = look.marks;
    for (const pass of passes(clip, from, to)) {
      if (this.marksLeft <= 0) break;
      this.drawNotes(scene, content, pass, y, height);
      if (content.lanes.length > 0) this.drawLanes(scene, content, pass, y, height);
    }
  }

  /** Cut at the edges of the pass: curves come from outside of it. */
  private drawLanes(scene: Scene, content: Content, pass: Pass, y: number, height: number): void {
    const { paint } = this;
    paint.save();
    paint.beginPath();
    paint.rect(xOf(scene.axis, pass.time), y - 4, (pass.end - pass.start) * scene.axis.scale, height + 6);
    paint.clip();
    for (const points of content.lanes) this.drawLane(scene, points, pass, y - 2, height);
    paint.restore();
  }

  private drawNotes(scene: Scene, content: Content, pass: Pass, y: number, height: number): void {
    const { notes, lowest, highest } = content;
    const step = height / Math.max(8, highest - lowest + 1);
    const { scale } = scene.axis;
    for (let at = firstAfter(notes, pass.start); at < notes.length && this.marksLeft > 0; at += 1) {
      const note = notes[at]!;
      if (note.time >= pass.end) break;
      const x = xOf(scene.axis, pass.time + note.time - pass.start);
      if (x > scene.width) break;
      const width = Math.max(1, Math.min(note.duration, pass.end - note.time) * scale - 0.5);
      if (x + width < 0) continue;
      this.marksLeft -= 1;
      this.paint.fillRect(x, y + (highest - note.key) * step, width, Math.max(1.5, step * 0.8));
    }
  }

  private drawLane(scene: Scene, points: readonly { time: number; height: number; interp: string }[], pass: Pass, y: number, height: number): void {
    const { paint } = this;
    paint.beginPath();
    let before: number | null = null;
    for (const point of points) {
      if (this.marksLeft <= 0) break;
      this.marksLeft -= 1;
      const x = xOf(scene.axis, pass.time + Math.min(point.time, pass.end) - pass.start);
      const pointY = y + (1 - point.height) * height;
      if (before === null) paint.moveTo(xOf(scene.axis, pass.time), pointY);
      else if (point.interp === "hold") paint.lineTo(x, before);
      paint.lineTo(x, pointY);
      before = pointY;
      if (point.time > pass.end) break;
    }
    if (before !== null) paint.lineTo(xOf(scene.axis, pass.time + pass.end - pass.start), before);
    paint.lineWidth = 1.25;
    paint.stroke();
  }
}

function marksOf(scene: Scene): ReturnType<typeof marks> {
  return marks(scene.axis, signaturesOf(scene.song), ...span(scene));
}

/** The clips of a row of which something is seen, by time. */
function seenOf(scene: Scene, row: Row): readonly PlacedClip[] {
  const [from, to] = span(scene);
  const visibleClips: PlacedClip[] = [];
  for (const placed of scene.layout.clipsOf(row.id)) {
    if (placed.time > to) break;
    if (placed.end >= from) visibleClips.push(placed);
  }
  return visibleClips;
}

/** Whether a clip looks otherwise than it is stored: it is on no tile then. */
function isApart({ selected, moved, movers }: Scene, clip: string): boolean {
  return selected.has(clip) || moved.has(clip) || movers.has(clip);
}

/** The clip whose content it shows. */
function sourceOf({ song }: Scene, clip: string): string {
  return song.get("clips", clip)?.ref ?? clip;
}

function colourOf({ song }: Scene, row: Row, clip: string, place: number): string {
  return clipColour(song.get("clips", clip)?.color ?? song.get("tracks", row.id)?.color, place);
}

function widthOf({ axis }: Scene, time: number, end: number): number {
  return Math.max(2, (end - time) * axis.scale - 1);
}

/** Its own, or that of its track. */
function nameOf({ song }: Scene, row: Row, clip: string): string {
  return song.get("clips", clip)?.name || song.get("tracks", row.id)?.name || "";
}

/** Whether a clip so wide has room for its name. */
function isNamed(width: number, row: Row): boolean {
  return width > 28 && row.height - 3 > 16;
}

/** Beats at the left and the right edge. */
function span({ axis, width }: Scene): [number, number] {
  return [axis.start, beatsAt(axis, width)];
}

function yOf(scene: Scene, row: Row): number {
  return RULER_HEIGHT + row.top - scene.top;
}

/** Index of the first note that begins at a time or later; what sounds from before the cut is not played either. */
function firstAfter(notes: readonly { time: number }[], time: number): number {
  let [low, high] = [0, notes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (notes[middle]!.time < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
