import assert from "node:assert/strict";
import { test } from "node:test";

import { signaturesOf } from "../../../studio/src/timeline/signatures.js";
import { songOf } from "../song.js";

test("a song without signatures is in four quarters from its beginning", () => {
  assert.deepEqual(signaturesOf(songOf({})), [{ time: 0, num: 4, den: 4 }]);
  assert.equal(signaturesOf(songOf({ signatures: { s: { time: 8, num: 3, den: 4 } } })).length, 2);
});

test("of two at one time the first by its id counts, as for the server", () => {
  const song = songOf({ signatures: { c: { time: 8, num: 5, den: 4 }, b: { time: 8, num: 7, den: 8 }, a: { time: 0, num: 3, den: 4 }, d: { time: 0, num: 2, den: 4 } } });
  assert.deepEqual(signaturesOf(song), [{ time: 0, num: 3, den: 4 }, { time: 8, num: 7, den: 8 }]);
});
