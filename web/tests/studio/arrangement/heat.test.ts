import assert from "node:assert/strict";
import { test } from "node:test";

import { heatOf, MOST_EDITS } from "../../../studio/src/arrangement/heat.js";
import type { Entry } from "../../../studio/src/history/edit_list.js";
import { songOf, TWO_TRACKS } from "../song.js";

function entry(seq: number, ops: object[], color: string | null = "#aabbcc"): Entry {
  return { seq, ops, total: ops.length, color, user: { id: "u", username: "ada", name: "Ada" }, at: "", purpose: "edit", reverts: null } as unknown as Entry;
}

test("edits are shown where their clips are, the newest on top; what is nowhere is left out", () => {
  const heat = heatOf([
    entry(3, [{ op: "set", col: "clips", id: "c2", props: { name: "x" } }]),
    entry(2, [{ op: "set", col: "channels", id: "ch", props: { volume: 1 } }]),
    entry(1, [{ op: "insert", col: "notes", id: "n", entity: { clip: "c1", time: 1 } }], "hostile"),
  ], songOf(TWO_TRACKS));
  assert.deepEqual(heat.map(({ time, colour }) => [time, colour]), [[4, "#98a2b0"], [8, "#aabbcc"]]);
  assert.ok(heat[1]!.warmth > heat[0]!.warmth);
});

test("a long history is shown in part", () => {
  const many = Array.from({ length: MOST_EDITS + 50 }, (_, seq) => entry(seq, [{ op: "set", col: "clips", id: "c1", props: {} }]));
  assert.equal(heatOf(many, songOf(TWO_TRACKS)).length, MOST_EDITS);
});
