import assert from "node:assert/strict";
import { test } from "node:test";

import { barsOf } from "../../../studio/src/pianoroll/clip_bars.js";
import { songOf, TWO_TRACKS } from "../song.js";

const WALTZ = { ...TWO_TRACKS, signatures: { s: { time: 0, num: 3, den: 4 } } };
const window = { start: 0, scale: 100, topKey: 80, keyHeight: 10 };

test("the bars of a clip are those of the song, where its first pass lies", () => {
  const song = songOf({ ...WALTZ, clips: { c1: { track: "t1", time: 4, duration: 4, playStart: 1 } } });
  const bars = barsOf(song, song.get("clips", "c1")!, window, 700);
  assert.deepEqual(bars, [
    { time: 0, bar: 2 }, { time: 1, bar: null }, { time: 2, bar: null }, { time: 3, bar: 3 }, { time: 4, bar: null }, { time: 5, bar: null }, { time: 6, bar: 4 },
  ]);
});

test("a clip in a slot has bars of its own, from 1", () => {
  const song = songOf({ ...WALTZ, clips: { c1: { track: "t1", time: 4, duration: 4, slot: "x" } } });
  assert.deepEqual(barsOf(song, song.get("clips", "c1")!, window, 700).flatMap(({ time, bar }) => (bar === null ? [] : [[time, bar]])), [[0, 1], [3, 2], [6, 3]]);
});
