import assert from "node:assert/strict";
import { test } from "node:test";

import { loopIn } from "../../../studio/src/timeline/loop.js";
import { songOf, TWO_TRACKS } from "../song.js";

test("the loop is what the song's transport says, and a song without one has none", () => {
  const looped = songOf({ ...TWO_TRACKS, transport: { tr: { loopOn: false, loopStart: 4, loopEnd: 8 } } });
  assert.deepEqual(loopIn(looped), { id: "tr", start: 4, end: 8, isOn: false });
  assert.equal(loopIn(songOf(TWO_TRACKS)), null);
});
