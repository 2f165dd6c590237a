import assert from "node:assert/strict";
import { test } from "node:test";

import { marks } from "../../../studio/src/timeline/bar_marks.js";

const FOUR = [{ time: 0, num: 4, den: 4 }];

test("bars are marked with their numbers, and beats where there is room", () => {
  const wide = marks({ start: 0, scale: 20 }, FOUR, 0, 8);
  assert.deepEqual(wide.map(({ bar }) => bar), [1, null, null, null, 2, null, null, null]);
  const narrow = marks({ start: 0, scale: 2 }, FOUR, 0, 130);
  assert.deepEqual(narrow.map(({ bar }) => bar), [1, 9, 17, 25, 33]);
});

test("another signature begins a bar of its own, and the count goes on", () => {
  const both = [...FOUR, { time: 8, num: 3, den: 4 }, { time: 14, num: 6, den: 8 }];
  const found = marks({ start: 0, scale: 13.5 }, both, 0, 20);
  assert.deepEqual(
    found.map(({ time, bar }) => [time, bar]),
    [[0, 1], [4, 2], [8, 3], [11, 4], [14, 5], [17, 6]],
  );
});

test("a bar that another signature cuts short counts as one", () => {
  const cut = [...FOUR, { time: 6, num: 4, den: 4 }];
  assert.deepEqual(
    marks({ start: 0, scale: 13 }, cut, 0, 11).map(({ time, bar }) => [time, bar]),
    [[0, 1], [4, 2], [6, 3], [10, 4]],
  );
});

test("marks of a part are those of the whole that lie in it", () => {
  const axis = { start: 0, scale: 20 };
  const whole = marks(axis, FOUR, 0, 100).filter(({ time }) => time >= 33 && time < 57);
  assert.deepEqual(marks(axis, FOUR, 33, 57), whole);
});
