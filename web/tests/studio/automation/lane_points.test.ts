import assert from "node:assert/strict";
import { test } from "node:test";

import { APART, pointsOf, scaleOf, timeBetween, valueAt } from "../../../studio/src/automation/lane_points.js";
import { songOf } from "../song.js";

const song = songOf({
  points: {
    late: { lane: "l", time: 4, slot: 0, value: 1, interp: "linear" }, first: { lane: "l", time: 0, slot: 0, value: 0, interp: "linear" },
    right: { lane: "l", time: 2, slot: 1, value: 0.2, interp: "hold" }, left: { lane: "l", time: 2, slot: 0, value: 0.6, interp: "linear" },
    other: { lane: "m", time: 1, slot: 0, value: 9, interp: "linear" },
  },
});
const points = pointsOf(song, "l");

test("points are by time, and the left one of a pair is first", () => {
  assert.deepEqual(points.map(({ id }) => id), ["first", "left", "right", "late"]);
});

test("a value is on the line, or held", () => {
  assert.deepEqual([-1, 1, 2, 3, 9].map((time) => valueAt(points, time)), [0, 0.3, 0.2, 0.2, 1]);
  assert.equal(valueAt([], 1), undefined);
});

test("a point keeps between its neighbours, and a pair keeps its time", () => {
  assert.equal(timeBetween(points, "first", 8), 2 - APART);
  assert.equal(timeBetween(points, "first", -8), 0);
  assert.equal(timeBetween(points, "late", 1), 2 + APART);
  assert.equal(timeBetween(points, "left", 3), 2);
});

test("a scale shows all values, and has a height", () => {
  assert.deepEqual(scaleOf([], "hertz"), [0, 1]);
  const [low, high] = scaleOf(pointsOf(song, "m"), "hertz");
  assert.ok(low < 9 && high > 9);
});
