import assert from "node:assert/strict";
import { test } from "node:test";

import { ClipContents } from "../../../../studio/src/arrangement/clip_contents.js";
import type { Colours } from "../../../../studio/src/canvas/theme_colours.js";
import { RULER_HEIGHT } from "../../../../studio/src/arrangement/drawing/ruler.js";
import { MOST_CLIPS, SongLayer, type Scene } from "../../../../studio/src/arrangement/drawing/song_layer.js";
import { TrackLayout } from "../../../../studio/src/arrangement/track_layout.js";
import { songOf, TWO_TRACKS } from "../../song.js";

const COLOURS: Colours = { ground: "#000000", surface: "#111111", raised: "#222222", line: "#333333", text: "#ffffff", quiet: "#aaaaaa", accent: "#00ffcc", isLight: false };

/** A canvas that notes what is called on it; a letter is 6 pixels wide. */
function canvas(): { paint: CanvasRenderingContext2D; texts: string[]; calls: Map<string, number> } {
  const texts: string[] = [];
  const calls = new Map<string, number>();
  const paint = new Proxy({ measureText: (text: string) => ({ width: text.length * 6 }) } as { [name: string]: unknown }, {
    get: (own, name: string) => own[name] ?? ((...words: unknown[]) => {
      const called = name === "roundRect" && Number(words[1]) < RULER_HEIGHT ? "roundRect in the ruler" : name;
      calls.set(called, (calls.get(called) ?? 0) + 1);
      if (name === "fillText") texts.push(String(words[0]));
    }),
    set: () => true,
  });
  return { paint: paint as unknown as CanvasRenderingContext2D, texts, calls };
}

function sceneOf(song: ReturnType<typeof songOf>, more: Partial<Scene> = {}): Scene {
  return {
    song, layout: new TrackLayout(song, new Set(), 30), contents: new ClipContents(song), colours: COLOURS,
    axis: { start: 0, scale: 20 }, top: 0, width: 1_000, height: 600, ratio: 1,
    selected: new Set(), moved: new Map(), compared: null, movers: new Map(), tracks: new Set(), heat: [], dragged: null, loop: null, chosen: new Set(), ...more,
  };
}

test("only what is seen is drawn", () => {
  const song = songOf(TWO_TRACKS);
  const layer = new SongLayer(canvas().paint);
  assert.equal(layer.draw(sceneOf(song)).clips, 2);
  assert.equal(layer.draw(sceneOf(song, { axis: { start: 100, scale: 20 } })).clips, 0);
  assert.equal(layer.draw(sceneOf(song, { top: 30 })).clips, 1);
  assert.equal(layer.draw(sceneOf(song, { height: RULER_HEIGHT + 10 })).clips, 1);
});

test("names are cut to their clips, and cannot turn the direction of what follows", () => {
  const name = `\u202e${"x".repeat(10_000)}`;
  const { paint, texts } = canvas();
  new SongLayer(paint).draw(sceneOf(songOf({ ...TWO_TRACKS, clips: { c1: { track: "t1", time: 0, duration: 5, name } } })));
  const drawn = texts.find((text) => text.includes("x"))!;
  assert.ok(drawn.length <= 100 / 6 && drawn.includes("…"));
  assert.ok(!drawn.includes("\u202e"));
});

test("a song of 200,000 entities is drawn in part, and that is said", () => {
  const clips = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`c${at}`, { track: "t1", time: at / 1_000, duration: 0.001 }]));
  const notes = Object.fromEntries(Array.from({ length: 180_000 }, (_, at) => [`n${at}`, { clip: "loud", time: at / 10_000, duration: 0.001, key: at % 128 }]));
  const crowded = new SongLayer(canvas().paint).draw(sceneOf(songOf({ ...TWO_TRACKS, clips })));
  assert.deepEqual(crowded, { clips: MOST_CLIPS, isWhole: false });
  const { paint, calls } = canvas();
  const loud = new SongLayer(paint).draw(sceneOf(songOf({ ...TWO_TRACKS, notes, clips: { loud: { track: "t1", time: 0, duration: 18 } } })));
  assert.equal(loud.isWhole, false);
  assert.ok(calls.get("fillRect")! < 70_000);
});

test("a song that is scrolled is not drawn again, but for names at the left edge and for the clips that are selected or dragged", () => {
  const song = songOf({ ...TWO_TRACKS, notes: { n1: { clip: "c1", time: 0, duration: 1, key: 60 } } });
  const page = canvas();
  const tile = canvas();
  const layer = new SongLayer(page.paint, () => ({ paint: tile.paint, take: () => ({ height: 30, close: () => {} }) as unknown as ImageBitmap }));
  const scene = sceneOf(song);
  for (let step = 0; step < 2; step += 1) layer.draw({ ...scene, axis: { start: step / 2, scale: 20 } });
  const names = (all: readonly string[]): string[] => ["One", "Two"].filter((name) => all.some((text) => text.includes(name)));
  assert.deepEqual(names(tile.texts), ["One", "Two"], "tiles have the names where clips begin");
  page.texts.length = 0;
  layer.draw({ ...scene, axis: { start: 4.5, scale: 20 } });
  assert.deepEqual(names(page.texts), [], "that name is still seen in part");
  const [rects, bodies] = [tile.calls.get("fillRect"), page.calls.get("roundRect")];
  page.texts.length = 0;
  assert.deepEqual(layer.draw({ ...scene, axis: { start: 6, scale: 20 } }), { clips: 2, isWhole: true });
  assert.deepEqual([tile.calls.get("fillRect"), page.calls.get("roundRect")], [rects, bodies]);
  assert.deepEqual(names(page.texts), ["One"], "its beginning is out of sight");
  layer.draw({ ...scene, selected: new Set(["c1"]) });
  assert.equal(page.calls.get("roundRect"), bodies! + 2, "its body and its frame");
  layer.draw({ ...scene, moved: new Map([["c2", { time: 0, duration: 2, track: "t1" }]]) });
  assert.equal(page.calls.get("roundRect"), bodies! + 3);
});

test("an empty song says what to do", () => {
  const { paint, texts } = canvas();
  new SongLayer(paint).draw(sceneOf(songOf({})));
  assert.ok(texts.some((text) => /add a track/.test(text)));
});

test("in a comparison what is gone is a dashed frame where it was, and what came and what changed have a sign", () => {
  const song = songOf(TWO_TRACKS);
  const ghost = { id: "gone", time: 0, end: 4, name: "Gone" };
  const compared = { song, outlined: new Map([["c1", "added"], ["c2", "changed"]] as const), ghosts: new Map([["t1", [ghost]]]) };
  const { paint, texts, calls } = canvas();
  assert.equal(new SongLayer(paint).draw(sceneOf(song, { compared })).clips, 3);
  assert.ok(texts.some((text) => text.includes("− Gone")) && texts.includes("+") && texts.includes("~"), texts.join());
  assert.equal(calls.get("setLineDash"), 2, "dashed, and then not any more");
  const elsewhere = canvas();
  new SongLayer(elsewhere.paint).draw(sceneOf(song, { compared, axis: { start: 20, scale: 20 } }));
  assert.equal(elsewhere.calls.get("setLineDash"), undefined);
});
