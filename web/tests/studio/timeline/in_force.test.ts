import assert from "node:assert/strict";
import { test } from "node:test";

import { inForce } from "../../../studio/src/timeline/in_force.js";
import { songOf } from "../song.js";

const song = songOf({ tempo: { t0: { time: 0, bpm: 90 }, t1: { time: 16, bpm: 120 } } });

test("what holds at a beat is the last that began", () => {
  assert.equal(inForce(song, "tempo", 15.9)?.[0], "t0");
  assert.equal(inForce(song, "tempo", 16)?.[0], "t1");
  assert.equal(inForce(songOf({}), "tempo", 16), null);
});
