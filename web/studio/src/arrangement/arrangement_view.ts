/** What the arrangement shows: which part of which song, and the two canvases it is drawn on. */

import { signal, type Signal } from "@preact/signals";
import type { Readable, Stop } from "@prime/client";

import type { Entry } from "../history/edit_list.js";
import { safeColour } from "../people/colours.js";
import { xOf, zoomed, type Axis } from "../timeline/axis.js";
import { endOf, LEAST_ROW_HEIGHT, MOST_ROW_HEIGHT, type Row } from "./track_rows.js";
import { PHONE, type Studio } from "../studio.js";
import { ClipContents } from "./clip_contents.js";
import { coloursOf, type Colours } from "../canvas/theme_colours.js";
import type { ClipPlace } from "./clip_edits.js";
import { PeopleLayer } from "./drawing/people_layer.js";
import { offscreenSheet } from "./drawing/row_tiles.js";
import { RULER_HEIGHT, type Chips, type Heat, type RulerLoop } from "./drawing/ruler.js";
import { SongLayer, type Drawn } from "./drawing/song_layer.js";
import { heatOf } from "./heat.js";
import { isOfRuler, type DraggedChip } from "./ruler/chips.js";
import { loopIn } from "../timeline/loop.js";
import type { Span } from "../timeline/spans.js";
import { rowHeightFor, TrackLayout } from "./track_layout.js";
import { songEnd } from "../timeline/song_end.js";

export class ArrangementView {
  readonly axis: Signal<Axis> = signal({ start: 0, scale: 8 });
  /** Pixels by which the rows are scrolled. */
  readonly top = signal(0);
  readonly folded: Signal<ReadonlySet<string>> = signal(new Set<string>());
  /** Tracks whose automation is shown below them. */
  readonly automated: Signal<ReadonlySet<string>> = signal(new Set<string>());
  /** One more with all that makes the list of tracks look otherwise. */
  readonly rowsRevision = signal(0);
  readonly drawn: Signal<Drawn> = signal({ clips: 0, isWhole: true });
  /** Where clips are while we drag them. */
  dragged: ReadonlyMap<string, ClipPlace> = new Map();
  /** What of the ruler we drag just now; null: nothing. */
  draggedChip: DraggedChip | null = null;
  /** Where the loop is while we drag an edge of it; null: where it is stored. */
  readonly draggedLoop: Signal<Span | null> = signal(null);
  /** A rectangle that selects: left, top, width, height. */
  marquee: readonly [number, number, number, number] | null = null;
  layout: TrackLayout;
  /** In pixels. */
  rowHeight: number;
  /** The track whose head, or whose name, gets the focus once it is there; null: none waits for it. */
  focusing: { readonly track: string; readonly keys: "track" | "name" } | null = null;
  /** Our own mouse on the canvas; null: it is elsewhere. */
  mouse: readonly [x: number, y: number] | null = null;
  /** Who edited where, as the server tells. */
  private heat: readonly Heat[] = [];
  private contents: ClipContents;
  /** What is drawn: the song as it is, or a moment of its past. */
  private readonly shown: Signal<Readable>;
  private colours: Colours | null = null;
  /** Of both canvases, in pixels of the page. */
  private size: readonly [number, number] = [0, 0];
  /** The first of them, for what is drawn over the canvases. */
  readonly width = signal(0);
  /** Pixels of the screen for one of the page. */
  private ratio = 1;
  private songLayer: SongLayer | null = null;
  private peopleLayer: PeopleLayer | null = null;
  private songPaint: CanvasRenderingContext2D | null = null;
  private peoplePaint: CanvasRenderingContext2D | null = null;
  /** Whether the song is to be drawn in the next frame; the people are, whenever there is one. */
  private isSongStale = true;
  private frame: number | null = null;
  private readonly motion = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(private readonly studio: Studio, song: Readable) {
    this.shown = signal(song);
    this.contents = new ClipContents(song);
    this.rowHeight = rowHeightFor(song.all("tracks").size, matchMedia(PHONE).matches);
    this.layout = new TrackLayout(song, this.folded.value, this.rowHeight);
  }

  /** A component that reads it is drawn again when another moment of the song is shown. */
  get song(): Readable {
    return this.shown.value;
  }

  /** The same song at another moment: the same part of it stays in sight. */
  turnTo(song: Readable): void {
    if (song === this.shown.peek()) return;
    this.contents = new ClipContents(song);
    this.layout = new TrackLayout(song, this.folded.peek(), this.rowHeight, this.automated.peek());
    this.shown.value = song;
    this.warm(this.studio.recent.peek());
    this.rowsRevision.value += 1;
  }

  /** What stands in the ruler, as it was drawn last. */
  get chips(): Chips {
    return this.songLayer?.chips ?? { markers: [], changes: [] };
  }

  get isPhone(): boolean {
    return matchMedia(PHONE).matches;
  }

  /** Rows of another height, in pixels; the one in the middle stays there. */
  resizeRows(height: number): void {
    const next = Math.round(Math.min(MOST_ROW_HEIGHT, Math.max(LEAST_ROW_HEIGHT, height)));
    const middle = (this.size[1] - RULER_HEIGHT) / 2;
    const top = ((this.top.value + middle) * next) / this.rowHeight - middle;
    this.rowHeight = next;
    this.layout.resize(next);
    this.top.value = 0;
    this.scrollBy(0, top);
    this.rowsRevision.value += 1;
    this.drawSong();
  }

  /** Closer, or further away for less than 1, about the middle. */
  zoomBy(factor: number): void {
    this.axis.value = zoomed(this.axis.value, factor, this.size[0] / 2);
  }

  /** Begin to draw; `Stop` ends it. The whole song is shown at first. */
  attach(songCanvas: HTMLCanvasElement, peopleCanvas: HTMLCanvasElement): Stop {
    this.songPaint = songCanvas.getContext("2d", { alpha: false });
    this.peoplePaint = peopleCanvas.getContext("2d");
    if (this.songPaint === null || this.peoplePaint === null) return () => {};
    this.songLayer = new SongLayer(this.songPaint, offscreenSheet);
    this.peopleLayer = new PeopleLayer(this.peoplePaint);
    const sizes = new ResizeObserver(() => this.resize(songCanvas, peopleCanvas));
    sizes.observe(songCanvas);
    this.resize(songCanvas, peopleCanvas);
    this.showAll();
    const room = this.studio.room.value;
    const stops = [
      this.axis.subscribe(() => this.drawSong()),
      this.top.subscribe(() => this.drawSong()),
      this.studio.selection.subscribe(() => this.drawSong()),
      this.studio.playhead.subscribe((time) => this.follow(time)),
      room?.onChange((touched) => this.change(touched)) ?? (() => {}),
      room?.onTick(() => this.hearTick()) ?? (() => {}),
      room?.others.subscribe(() => this.drawPeople()) ?? (() => {}),
      this.studio.recent.subscribe((entries) => this.warm(entries)),
    ];
    return () => {
      stops.forEach((stop) => stop());
      sizes.disconnect();
      if (this.frame !== null) cancelAnimationFrame(this.frame);
    };
  }

  private warm(entries: readonly Entry[]): void {
    this.heat = heatOf(entries, this.song);
    this.drawSong();
  }

  /** While we play, our play head stays in sight. */
  private follow(time: number): void {
    const { start, scale } = this.axis.value;
    const end = start + this.size[0] / scale;
    if (this.studio.isPlaying.value && this.size[0] > 0 && (time > end - 20 / scale || time < start)) {
      this.axis.value = { start: Math.max(0, time - 40 / scale), scale };
    }
    this.drawPeople();
  }

  showAll(): void {
    const [width] = this.size;
    if (width > 0) this.axis.value = { start: 0, scale: Math.max(0.5, (width - 16) / songEnd(this.song)) };
  }

  fold(track: string): void {
    const folded = new Set(this.folded.value);
    if (!folded.delete(track)) folded.add(track);
    this.folded.value = folded;
    this.layout.fold(folded);
    this.rowsRevision.value += 1;
    this.drawSong();
  }

  /** Show the automation of a track below it, or not any more. */
  foldLanes(track: string): void {
    const automated = new Set(this.automated.value);
    if (!automated.delete(track)) automated.add(track);
    this.automated.value = automated;
    this.layout.showLanes(automated);
    const row = automated.has(track) ? this.layout.rowOf(track) : undefined;
    if (row !== undefined) this.showHeight(row.top, Math.min(endOf(row) - row.top, this.size[1] - RULER_HEIGHT));
    this.rowsRevision.value += 1;
    this.drawSong();
  }

  scrollBy(beats: number, pixels: number): void {
    const { start, scale } = this.axis.value;
    this.axis.value = { start: Math.max(0, start + beats), scale };
    this.top.value = Math.max(0, Math.min(this.layout.height - this.size[1] + RULER_HEIGHT + 40, this.top.value + pixels));
  }

  /** Bring a beat, and a track, into sight. */
  show(time?: number, track?: string): void {
    const { start, scale } = this.axis.value;
    const [width] = this.size;
    if (time !== undefined && (time < start || time > start + width / scale)) this.axis.value = { start: Math.max(0, time - width / scale / 3), scale };
    const row = track === undefined ? undefined : this.layout.rowOf(track);
    if (row !== undefined) this.showHeight(row.top, row.height);
  }

  /** Bring what lies so far below the top of the first row into sight, in pixels. */
  showHeight(top: number, height: number): void {
    const visibleHeight = this.size[1] - RULER_HEIGHT;
    if (this.top.value > top || this.top.value < top + height - visibleHeight) this.top.value = Math.max(0, top - visibleHeight / 2);
  }

  /** Colours are another theme's. */
  recolour(): void {
    this.colours = null;
    this.drawSong();
  }

  /** null: it is where it is stored. */
  dragLoop(span: Span | null): void {
    this.draggedLoop.value = span;
    this.drawSong();
  }

  drawSong(): void {
    this.isSongStale = true;
    this.drawPeople();
  }

  drawPeople(): void {
    this.frame ??= requestAnimationFrame((now) => this.draw(now));
  }

  private change(touched: ReadonlyMap<string, ReadonlySet<string>> | null): void {
    if (this.song !== this.studio.room.value) return; // a moment of the past does not change
    this.layout.forget(touched);
    this.contents.forget(touched);
    if (touched === null || touched.has("tracks") || touched.has("channels") || touched.has("lanes")) this.rowsRevision.value += 1;
    this.drawSong();
  }

  private hearTick(): void {
    if (this.movedByOthers.size > 0 || this.hadMoved) this.drawSong();
    else this.drawPeople();
    this.hadMoved = this.movedByOthers.size > 0;
  }

  /** Whether clips were shown elsewhere in the frame before. */
  private hadMoved = false;

  /** Clips that others drag just now. */
  private get movedByOthers(): ReadonlyMap<string, ClipPlace> {
    const room = this.studio.room.value;
    if (room === null || room !== this.song) return NOTHING_MOVED;
    const moved = new Map<string, ClipPlace>();
    for (const id of room.shownNow("clips")) {
      const clip = room.shown("clips", id);
      if (clip !== undefined) moved.set(id, clip);
    }
    return moved;
  }

  /** Clip -> the colour of who drags it just now. */
  private get movers(): ReadonlyMap<string, string> {
    const room = this.studio.room.value;
    if (room === null || room !== this.song) return new Map();
    const colours = new Map(room.others.value.map(({ member, color }) => [member, safeColour(color)]));
    return new Map([...room.shownNow("clips")].map((id) => [id, colours.get(room.shownBy("clips", id) ?? "") ?? "#98a2b0"]));
  }

  private resize(...canvases: HTMLCanvasElement[]): void {
    const { clientWidth, clientHeight } = canvases[0]!;
    this.size = [clientWidth, clientHeight];
    this.width.value = clientWidth;
    const ratio = (this.ratio = Math.min(2, devicePixelRatio || 1));
    for (const canvas of canvases) {
      canvas.width = Math.max(1, Math.round(clientWidth * ratio));
      canvas.height = Math.max(1, Math.round(clientHeight * ratio));
    }
    for (const paint of [this.songPaint, this.peoplePaint]) paint?.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.drawSong();
  }

  private draw(now: number): void {
    this.frame = null;
    const [width, height] = this.size;
    if (width === 0 || this.songLayer === null || this.peopleLayer === null) return;
    this.colours ??= coloursOf(document.documentElement);
    if (this.isSongStale) this.drawSongNow(this.songLayer, this.colours);
    const moves = this.peopleLayer.draw({
      axis: this.axis.value, top: this.top.value, width, height,
      others: this.studio.room.value?.others.value ?? [],
      rowOf: (track) => this.layout.rowOf(track),
      clipBox: (clip) => this.boxOf(clip),
      playhead: this.studio.playhead.value, accent: this.colours.text, glides: !this.motion.matches, mouse: this.mouse,
    }, now);
    this.drawMarquee();
    if (moves) this.drawPeople();
  }

  private drawSongNow(layer: SongLayer, colours: Colours): void {
    this.isSongStale = false;
    const selection = this.studio.selection.value;
    const marks = this.studio.comparison.value?.found.value.marks;
    const drawn = layer.draw({
      song: this.song, layout: this.layout, contents: this.contents, colours,
      axis: this.axis.value, top: this.top.value, width: this.size[0], height: this.size[1], ratio: this.ratio,
      selected: new Set(selection?.collection === "clips" ? selection.ids : []),
      moved: new Map([...this.movedByOthers, ...this.dragged]),
      compared: marks?.song === this.song ? marks : null,
      movers: this.movers,
      tracks: new Set(selection?.collection === "tracks" ? selection.ids : []),
      heat: this.heat,
      dragged: this.draggedChip,
      loop: this.loop,
      chosen: new Set(selection !== null && isOfRuler(selection.collection) ? selection.ids : []),
    });
    if (drawn.isWhole !== this.drawn.value.isWhole) this.drawn.value = drawn;
  }

  private get loop(): RulerLoop | null {
    const stored = loopIn(this.song);
    return stored === null ? null : { ...stored, ...this.draggedLoop.value };
  }

  private drawMarquee(): void {
    if (this.marquee === null || this.peoplePaint === null || this.colours === null) return;
    this.peoplePaint.strokeStyle = this.peoplePaint.fillStyle = this.colours.accent;
    this.peoplePaint.lineWidth = 1;
    this.peoplePaint.globalAlpha = 0.12;
    this.peoplePaint.fillRect(...(this.marquee as [number, number, number, number]));
    this.peoplePaint.globalAlpha = 1;
    this.peoplePaint.strokeRect(...(this.marquee as [number, number, number, number]));
  }

  private boxOf(id: string): readonly [number, number, number, number] | null {
    const clip = this.song.get("clips", id);
    const row: Row | undefined = clip === undefined ? undefined : this.layout.rowOf(clip.track);
    if (clip === undefined || row === undefined) return null;
    const axis = this.axis.value;
    return [xOf(axis, clip.time), RULER_HEIGHT + row.top - this.top.value + 1, clip.duration * axis.scale - 1, row.height - 3];
  }
}

const NOTHING_MOVED: ReadonlyMap<string, ClipPlace> = new Map();
