import assert from "node:assert/strict";
import { test } from "node:test";

import { tempoInWords } from "../../../studio/src/words/tempo_words.js";

test("what a MIDI file makes of a tempo is shown as the tempo that was meant", () => {
  assert.deepEqual([92.50007, 92.5001, 120, 119.98].map(tempoInWords), ["92.5 bpm", "92.5 bpm", "120 bpm", "119.98 bpm"]);
});
