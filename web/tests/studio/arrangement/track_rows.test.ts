import assert from "node:assert/strict";
import { test } from "node:test";

import { rowAt, rowsBetween, rowsOf } from "../../../studio/src/arrangement/track_rows.js";

const TREE = [
  { id: "beats", depth: 0 },
  { id: "kick", depth: 1 },
  { id: "hats", depth: 1 },
  { id: "open", depth: 2 },
  { id: "bass", depth: 0 },
];

test("rows lie one below the other", () => {
  const rows = rowsOf(TREE, new Set(), new Map([["kick", 50]]));
  assert.deepEqual(rows.map(({ id, top }) => [id, top]), [["beats", 0], ["kick", 24], ["hats", 74], ["open", 98], ["bass", 122]]);
});

test("what lies in a folded group is not shown, however deep", () => {
  const shown = (folded: string[]) => rowsOf(TREE, new Set(folded)).map(({ id }) => id);
  assert.deepEqual(shown(["beats"]), ["beats", "bass"]);
  assert.deepEqual(shown(["hats"]), ["beats", "kick", "hats", "bass"]);
  assert.deepEqual(shown(["hats", "beats"]), ["beats", "bass"]);
});

test("the row under the mouse is found, and none beside them", () => {
  const rows = rowsOf(TREE, new Set());
  assert.equal(rowAt(rows, 0)?.id, "beats");
  assert.equal(rowAt(rows, 24)?.id, "kick");
  assert.equal(rowAt(rows, 119.9)?.id, "bass");
  assert.equal(rowAt(rows, 120), undefined);
  assert.equal(rowAt(rows, -1), undefined);
});

test("only rows that are seen are drawn", () => {
  const rows = rowsOf(TREE, new Set());
  assert.deepEqual(rowsBetween(rows, 30, 72).map(({ id }) => id), ["kick", "hats"]);
  assert.deepEqual(rowsBetween(rows, 200, 300), []);
});
