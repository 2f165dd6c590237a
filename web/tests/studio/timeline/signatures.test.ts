import assert from "node:assert/strict";
import { test } from "node:test";

import { signaturesOf } from "../../../studio/src/timeline/signatures.js";
import { songOf } from "../song.js";

test("a song without signatures is in four quarters from its beginning", () => {
  assert.deepEqual(signaturesOf(songOf({})), [{ time: 0, num: 4, den: 4 }]);
  assert.equal(signaturesOf(songOf({ signatures: { s: { time: 8, num: 3, den: 4 } } })).length, 2);
});
