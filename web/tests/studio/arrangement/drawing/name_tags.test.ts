import assert from "node:assert/strict";
import { test } from "node:test";

import { placed, TAG_HEIGHT } from "../../../../studio/src/arrangement/drawing/name_tags.js";

test("a name makes way for those in front of it, and stays where it is alone", () => {
  const tags = [{ x: 0, y: 0, width: 50 }, { x: 20, y: 5, width: 50 }, { x: 40, y: 2, width: 10 }, { x: 200, y: 0, width: 50 }];
  const done = placed(tags);
  assert.deepEqual(done.map(({ y }) => y), [0, TAG_HEIGHT + 1, 2 * TAG_HEIGHT + 2, 0]);
  assert.deepEqual(done.map(({ x }) => x), [0, 20, 40, 200]);
});

test("where fifty stand at one place, each still has one", () => {
  assert.equal(placed(Array.from({ length: 50 }, () => ({ x: 0, y: 0, width: 10 }))).length, 50);
});
