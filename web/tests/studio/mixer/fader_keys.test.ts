import assert from "node:assert/strict";
import { test } from "node:test";

import { decibels, MOST_GAIN } from "../../../studio/src/channels/volume_and_pan.js";
import { gainAfterKey, panAfterKey } from "../../../studio/src/mixer/fader_keys.js";

test("keys go in steps, and never past an end", () => {
  assert.ok(Math.abs(decibels(gainAfterKey("ArrowUp", 1)!) - 0.5) < 1e-9);
  assert.ok(Math.abs(decibels(gainAfterKey("PageDown", 1)!) + 6) < 1e-9);
  assert.ok(gainAfterKey("PageUp", 2)! <= MOST_GAIN);
  assert.equal(gainAfterKey("ArrowDown", 0), 0);
  assert.ok(gainAfterKey("ArrowUp", 0)! > 0, "one can come up from silence");
  assert.equal(gainAfterKey("a", 1), null);
  assert.equal(panAfterKey("ArrowRight", 1), 1);
  assert.equal(panAfterKey("Home", 0.1), 0.5);
});
