import assert from "node:assert/strict";
import { test } from "node:test";

import { songEnd } from "../../../studio/src/timeline/song_end.js";
import { songOf, TWO_TRACKS } from "../song.js";

test("a song ends with its last clip or marker, and no earlier than beat 16; what waits in a slot has no place in it", () => {
  const song = songOf({ ...TWO_TRACKS, clips: { c1: { track: "t1", time: 0, duration: 99, slot: "s" }, c2: TWO_TRACKS.clips.c2 } });
  assert.equal(songEnd(song), 16);
  assert.equal(songEnd(songOf({ ...TWO_TRACKS, clips: { c1: { track: "t1", time: 20, duration: 4 } } })), 24);
  assert.equal(songEnd(songOf({ ...TWO_TRACKS, markers: { m: { name: "End", time: 32 } } })), 32);
});
