import assert from "node:assert/strict";
import { test } from "node:test";

import { contentAt, MOST_PASSES, passes } from "../../../studio/src/timeline/clip_passes.js";

const CLIP = { time: 8, duration: 10, playStart: 0, loopStart: null, loopEnd: null };

test("a clip without a loop plays its content once", () => {
  assert.deepEqual(passes({ ...CLIP, playStart: 2 }), [{ time: 8, start: 2, end: 12 }]);
});

test("a loop is written out, and the last pass is cut", () => {
  assert.deepEqual(passes({ ...CLIP, playStart: 1, loopStart: 2, loopEnd: 4 }), [
    { time: 8, start: 1, end: 4 },
    { time: 11, start: 2, end: 4 },
    { time: 13, start: 2, end: 4 },
    { time: 15, start: 2, end: 4 },
    { time: 17, start: 2, end: 3 },
  ]);
});

test("who begins behind the loop's end plays on without it", () => {
  assert.deepEqual(passes({ ...CLIP, playStart: 6, loopStart: 0, loopEnd: 4 }), [{ time: 8, start: 6, end: 16 }]);
});

test("only what sounds in a part of the song is found, without walking to it", () => {
  const long = { time: 0, duration: 1_000_000, playStart: 0, loopStart: 0, loopEnd: 1 };
  assert.deepEqual(passes(long, 900_000.5, 900_002), [
    { time: 900_000, start: 0, end: 1 },
    { time: 900_001, start: 0, end: 1 },
  ]);
  assert.equal(passes(long).length, MOST_PASSES);
});

test("how far the content is played counts its loop, and is nothing beside the clip and in a slot", () => {
  const clip = { time: 8, duration: 2, playStart: 0, loopStart: 0, loopEnd: 1, slot: null };
  assert.deepEqual([7.9, 8, 8.25, 9.5, 10, 10.5].map((time) => contentAt(clip, time)), [null, 0, 0.25, 0.5, null, null]);
  assert.equal(contentAt({ ...clip, slot: "x" }, 8.25), null);
});

test("a loop of no length is none", () => {
  assert.equal(passes({ ...CLIP, loopStart: 3, loopEnd: 3 }).length, 1);
});
