import assert from "node:assert/strict";
import { test } from "node:test";

import { finestVisibleStep } from "../../../studio/src/pianoroll/note_grid.js";

test("a bar over the whole width has a grid of 16ths, and 32nds come by zooming in", () => {
  assert.deepEqual([20, 40, 340, 600, 1200].map(finestVisibleStep), [1 / 2, 1 / 4, 1 / 4, 1 / 8, 1 / 16]);
});
