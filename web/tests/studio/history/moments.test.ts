import assert from "node:assert/strict";
import { test } from "node:test";

import type { Entry } from "../../../studio/src/history/edit_list.js";
import { COLUMNS, heatColumns, LAPSE_MS, lapseAt, momentInWords } from "../../../studio/src/history/moments.js";

function entry(seq: number, color = "#aa0000"): Entry {
  return { seq, id: `d${seq}`, at: 1_000, user: { id: "u", name: "Ada", username: "ada" }, member: "m", purpose: "edit", reverts: null, ops: [], total: 0, color } as unknown as Entry;
}

test("a moment is told by its edit, and by who made it where that is known", () => {
  const { what, when } = momentInWords(4, [entry(5), entry(4)]);
  assert.equal(what, "after edit 4 by Ada");
  assert.match(when, /1970/);
  assert.deepEqual(momentInWords(3, [entry(5)]), { what: "after edit 3", when: "" });
  assert.deepEqual(momentInWords(0, []), { what: "before the first edit", when: "" });
});

test("the heat is as high as there are edits, in the colour of who made most", () => {
  const columns = heatColumns([entry(1), entry(2, "#00bb00"), entry(3, "#00bb00"), entry(1_000, "url(x)"), entry(2_000)], 0, 1_000);
  assert.deepEqual(columns, [{ at: 0, height: 1, colour: "#00bb00" }, { at: COLUMNS - 1, height: 1 / 3, colour: safe("url(x)") }]);
  assert.deepEqual(heatColumns([], 0, 0), []);
  assert.equal(heatColumns([entry(7)], 7, 7)[0]!.at, 0);
});

function safe(colour: string): string {
  return heatColumns([entry(1, colour)], 1, 1)[0]!.colour;
}

test("a time-lapse goes from the first moment to the last, and ends", () => {
  assert.equal(lapseAt(0, 5, 9), 5);
  assert.equal(lapseAt(LAPSE_MS / 2, 5, 9), 7);
  assert.equal(lapseAt(LAPSE_MS - 1, 5, 9), 9);
  assert.equal(lapseAt(LAPSE_MS, 5, 9), null);
});
