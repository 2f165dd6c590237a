import assert from "node:assert/strict";
import { test } from "node:test";

import { beatsAt, scrolled, xOf, zoomed } from "../../../studio/src/timeline/axis.js";

test("a beat and its pixel are each other's inverse", () => {
  const axis = { start: 12.5, scale: 8 };
  assert.equal(xOf(axis, 20), 60);
  assert.equal(beatsAt(axis, xOf(axis, 33.25)), 33.25);
});

test("what lies under the mouse stays there when one zooms", () => {
  const before = { start: 100, scale: 4 };
  const after = zoomed(before, 2, 300);
  assert.equal(after.scale, 8);
  assert.equal(beatsAt(after, 300), beatsAt(before, 300));
});

test("nobody scrolls or zooms to before the first beat", () => {
  assert.equal(scrolled({ start: 2, scale: 10 }, -500).start, 0);
  assert.equal(zoomed({ start: 0, scale: 10 }, 0.5, 400).start, 0);
});
