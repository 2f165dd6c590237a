import assert from "node:assert/strict";
import { test } from "node:test";

import { RowTiles, type Look, type RowDrawing, type SheetMaker, type TileDrawn } from "../../../../studio/src/arrangement/drawing/row_tiles.js";

const LOOK: Look = { scale: 10, rowHeight: 30, ratio: 1, colours: {} };
const CONTENT = { notes: [], lowest: 0, highest: 0, lanes: [] };
const CLIPS = [{ id: "c1", time: 0, end: 100 }];
const TRACK = {};

/** Bitmaps that are still open, and where bitmaps were put on the page. */
function page() {
  const open = new Set<number>();
  const put: number[][] = [];
  let made = 0;
  const makeSheet: SheetMaker = (width, height) => ({
    paint: { setTransform: () => {} } as unknown as CanvasRenderingContext2D,
    take: () => {
      const own = (made += 1);
      open.add(own);
      return { width, height, close: () => open.delete(own) } as unknown as ImageBitmap;
    },
  });
  const paint = { drawImage: (_bitmap: unknown, ...where: number[]) => put.push(where) } as unknown as CanvasRenderingContext2D;
  return { tiles: new RowTiles(makeSheet), paint, open, put };
}

/** A row that notes the pixels at which its parts are drawn. */
function rowOf(more: Partial<RowDrawing> & { drawn?: Partial<TileDrawn> } = {}) {
  const parts: number[] = [];
  const drawing: RowDrawing = {
    row: { id: "t1", track: TRACK, place: 0, clips: CLIPS }, y: 48, contentOf: () => CONTENT, isApart: () => false,
    draw: (_paint, { start, scale }) => {
      parts.push(start * scale);
      return { clips: [{ id: "c1", source: "c1", content: CONTENT }], left: [], marks: 3, isWhole: true, ...more.drawn };
    },
    ...more,
  };
  return { drawing, parts };
}

/** One frame in which one row is seen, 600 pixels wide; true: it came from tiles. */
function frame({ tiles, paint }: ReturnType<typeof page>, drawing: RowDrawing, start = 0, look = LOOK): boolean {
  tiles.begin(look);
  const shown = tiles.show(paint, { start, scale: look.scale }, 600, drawing);
  tiles.end();
  return shown !== null;
}

test("what is scrolled is drawn once, and what comes into sight when it does", () => {
  const there = page();
  const { drawing, parts } = rowOf();
  assert.equal(frame(there, drawing), false, "it may be zoomed just now");
  assert.equal(frame(there, drawing), true);
  assert.deepEqual(parts, [0, 256, 512]);
  assert.equal(frame(there, drawing, 10.04), true);
  assert.deepEqual(parts, [0, 256, 512], "100 pixels further the same is seen");
  assert.deepEqual(there.put.slice(-3), [[-100, 48, 256, 30], [156, 48, 256, 30], [412, 48, 256, 30]], "on whole pixels");
  frame(there, drawing, 20);
  assert.deepEqual(parts, [0, 256, 512, 768]);
});

test("a tile is drawn anew when a clip on it, its content or its track is another one, or it is drawn apart", () => {
  for (const change of [
    { row: { id: "t1", track: TRACK, place: 0, clips: [...CLIPS] } },
    { row: { id: "t1", track: {}, place: 0, clips: CLIPS } },
    { row: { id: "t1", track: TRACK, place: 1, clips: CLIPS } },
    { contentOf: () => ({ ...CONTENT }) },
    { isApart: () => true },
  ] satisfies Partial<RowDrawing>[]) {
    const there = page();
    const { drawing, parts } = rowOf();
    frame(there, drawing);
    frame(there, drawing);
    frame(there, { ...drawing, ...change });
    assert.deepEqual(parts, [0, 256, 512, 0, 256, 512], Object.keys(change).join());
    assert.equal(there.open.size, 3);
  }
  const there = page();
  const { drawing, parts } = rowOf({ isApart: () => true, drawn: { clips: [], left: ["c1"] } });
  frame(there, drawing);
  frame(there, drawing);
  frame(there, { ...drawing, isApart: () => false });
  assert.equal(parts.length, 6, "a clip that is dragged no more is back");
});

test("with another look nothing of before is left", () => {
  const there = page();
  const { drawing } = rowOf();
  for (const look of [{ ...LOOK, scale: 11 }, { ...LOOK, rowHeight: 40 }, { ...LOOK, ratio: 2 }, { ...LOOK, colours: {} }]) {
    frame(there, drawing);
    assert.equal(frame(there, drawing), true);
    assert.equal(frame(there, drawing, 0, look), false);
    assert.equal(there.open.size, 0);
  }
});

test("a few tiles are drawn in a frame; rows that wait for theirs are drawn without", () => {
  const there = page();
  const rows = Array.from({ length: 8 }, (_, at) => ({ ...rowOf().drawing, row: { id: `t${at}`, track: TRACK, place: at, clips: CLIPS } }));
  const shown = (): number => {
    there.tiles.begin(LOOK);
    const found = rows.filter((row) => there.tiles.show(there.paint, { start: 0, scale: 10 }, 600, row) !== null);
    there.tiles.end();
    return found.length;
  };
  assert.deepEqual([shown(), shown(), shown(), shown()], [0, 4, 8, 8]);
});

test("what was too much is not kept, and what is long out of sight is forgotten", () => {
  const crowded = page();
  const { drawing } = rowOf({ drawn: { isWhole: false } });
  frame(crowded, drawing);
  assert.equal(frame(crowded, drawing), false);
  assert.equal(crowded.open.size, 0);
  const far = page();
  for (let beat = 0; beat < 10_000; beat += 60) frame(far, rowOf().drawing, beat);
  assert.ok(far.open.size < 100, `${far.open.size} are kept`);
});

test("without a sheet all is drawn as ever", () => {
  const tiles = new RowTiles(() => null);
  const there = { ...page(), tiles };
  frame(there, rowOf().drawing);
  assert.equal(frame(there, rowOf().drawing), false);
});
