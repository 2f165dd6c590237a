/** Parts of rows as bitmaps, so that a song that is scrolled is not drawn again in each frame. */

import type { Axis } from "../../timeline/axis.js";
import type { Content } from "../clip_contents.js";
import type { PlacedClip } from "../track_layout.js";

/** Of a tile, in pixels of the screen. */
const TILE_PIXELS = 256;

/** At most so many tiles are drawn in a frame; rows that wait for theirs are drawn without. */
const MOST_NEW = 12;

/** So many tiles that are not seen are kept beside twice those that are. */
const MOST_UNSEEN = 40;

/** A bitmap that tiles are drawn on, one after the other. */
export interface Sheet {
  readonly paint: CanvasRenderingContext2D;
  /** What is drawn on it; it is empty then. */
  take(): ImageBitmap;
}

export type SheetMaker = (width: number, height: number) => Sheet | null;

/** What tiles hold all of them: with another look all are drawn anew. */
export interface Look {
  readonly scale: number;
  readonly rowHeight: number;
  /** Pixels of the screen for one of the page. */
  readonly ratio: number;
  readonly colours: object;
}

/** What a row looks like, but for the content of its clips. */
export interface RowLook {
  readonly id: string;
  readonly track: object | undefined;
  readonly place: number;
  readonly clips: readonly PlacedClip[];
}

/** A clip on a tile, and what was in it. */
interface OnTile {
  readonly id: string;
  readonly source: string;
  readonly content: Content;
}

/** What drawing a tile came to. */
export interface TileDrawn {
  readonly clips: readonly OnTile[];
  /** Clips that it should have, but for their being drawn otherwise just now. */
  readonly left: readonly string[];
  /** How many notes and points were drawn. */
  readonly marks: number;
  /** Whether there was too much. */
  readonly isWhole: boolean;
}

interface Tile extends TileDrawn {
  readonly row: RowLook;
  readonly bitmap: ImageBitmap;
  /** The frame in which it was seen last. */
  seen: number;
}

/** What a row asks of its tiles. */
export interface RowDrawing {
  readonly row: RowLook;
  /** Where it is drawn, in pixels of the page. */
  readonly y: number;
  contentOf(source: string): Content;
  /** Whether a clip is drawn otherwise than on a tile just now. */
  isApart(clip: string): boolean;
  /** Draw what lies in a part of the song, `width` pixels wide. */
  draw(paint: CanvasRenderingContext2D, axis: Axis, width: number): TileDrawn;
}

export class RowTiles {
  /** Track and column -> its tile. */
  private readonly tiles = new Map<string, Tile>();
  private sheet: Sheet | null = null;
  private look: Look | null = null;
  /** Whether the look was the same in the frame before: while somebody zooms, tiles are of no use. */
  private isSteady = false;
  private frame = 0;
  /** How many were drawn in this frame, and how many are seen in it. */
  private drawn = 0;
  private seen = 0;

  constructor(private readonly makeSheet: SheetMaker) {}

  begin(look: Look): void {
    this.frame += 1;
    this.drawn = this.seen = 0;
    this.isSteady = this.look !== null && isSame(look, this.look);
    if (!this.isSteady) this.forget();
    this.look = look;
  }

  /** Forget those that are not seen, where there are many. */
  end(): void {
    if (this.tiles.size <= 2 * this.seen + MOST_UNSEEN) return;
    for (const [name, tile] of this.tiles) if (tile.seen !== this.frame) this.drop(name, tile);
  }

  /** Draw a row from its tiles, and return them; null: they are not there, and nothing is drawn. */
  show(paint: CanvasRenderingContext2D, axis: Axis, width: number, drawing: RowDrawing): readonly TileDrawn[] | null {
    const { look } = this;
    if (look === null || !this.isSteady) return null;
    const wide = TILE_PIXELS / look.ratio;
    const leftPixels = rounded(axis.start * look.scale, look.ratio);
    const [first, last] = [Math.floor(leftPixels / wide), Math.floor((leftPixels + width) / wide)];
    const tiles: Tile[] = [];
    for (let column = first; column <= last; column += 1) {
      const tile = this.tileOf(drawing, column, wide, look);
      if (tile === null) return null;
      tiles.push(tile);
    }
    const y = rounded(drawing.y, look.ratio);
    tiles.forEach(({ bitmap }, at) => paint.drawImage(bitmap, (first + at) * wide - leftPixels, y, wide, bitmap.height / look.ratio));
    return tiles;
  }

  private tileOf(drawing: RowDrawing, column: number, wide: number, look: Look): Tile | null {
    const name = `${column}/${drawing.row.id}`;
    let tile = this.tiles.get(name);
    if (tile === undefined || !isFresh(tile, drawing)) {
      if (tile !== undefined) this.drop(name, tile);
      const made = this.made(drawing, column * wide, wide, look);
      if (made === null) return null;
      this.tiles.set(name, (tile = made));
    }
    if (tile.seen !== this.frame) this.seen += 1;
    tile.seen = this.frame;
    return tile;
  }

  private made(drawing: RowDrawing, left: number, wide: number, { scale, ratio, rowHeight }: Look): Tile | null {
    if (this.drawn >= MOST_NEW) return null;
    this.sheet ??= this.makeSheet(TILE_PIXELS, Math.max(1, Math.ceil(rowHeight * ratio)));
    if (this.sheet === null) return null;
    this.drawn += 1;
    const { paint } = this.sheet;
    paint.setTransform(ratio, 0, 0, ratio, 0, 0);
    const drawn = drawing.draw(paint, { start: left / scale, scale }, wide);
    const bitmap = this.sheet.take();
    if (drawn.isWhole) return { ...drawn, row: drawing.row, bitmap, seen: 0 };
    bitmap.close();
    return null;
  }

  private forget(): void {
    for (const [name, tile] of this.tiles) this.drop(name, tile);
    this.sheet = null;
  }

  private drop(name: string, { bitmap }: Tile): void {
    bitmap.close();
    this.tiles.delete(name);
  }
}

/** A canvas beside the page; null where the browser has none. */
export function offscreenSheet(width: number, height: number): Sheet | null {
  if (typeof OffscreenCanvas === "undefined") return null;
  const canvas = new OffscreenCanvas(width, height);
  const paint = canvas.getContext("2d") as unknown as CanvasRenderingContext2D | null; // it draws the same, but for focus rings
  return paint === null ? null : { paint, take: () => canvas.transferToImageBitmap() };
}

/** Whether a tile still shows what is there. */
function isFresh({ row, clips, left }: Tile, drawing: RowDrawing): boolean {
  const now = drawing.row;
  return row.clips === now.clips && row.track === now.track && row.place === now.place
    && clips.every(({ id, source, content }) => drawing.contentOf(source) === content && !drawing.isApart(id))
    && left.every((id) => drawing.isApart(id));
}

function isSame(a: Look, b: Look): boolean {
  return a.scale === b.scale && a.rowHeight === b.rowHeight && a.ratio === b.ratio && a.colours === b.colours;
}

/** To whole pixels of the screen: a bitmap between two of them is blurred. */
function rounded(pixels: number, ratio: number): number {
  return Math.round(pixels * ratio) / ratio;
}
