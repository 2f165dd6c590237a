import assert from "node:assert/strict";
import { test } from "node:test";

import { spanOf } from "../../../studio/src/timeline/spans.js";
import { songOf, TWO_TRACKS } from "../song.js";

test("clips, notes, tracks and markers are where the song plays them", () => {
  const song = songOf({
    ...TWO_TRACKS,
    clips: { ...TWO_TRACKS.clips, waiting: { track: "t2", time: 0, duration: 99, slot: "s" } },
    notes: { n: { clip: "c1", time: 1, duration: 0.5, key: 60 }, hidden: { clip: "waiting", time: 0, duration: 1, key: 60 } },
    markers: { a: { name: "A", time: 2 }, b: { name: "B", time: 12 } },
  });
  assert.deepEqual(spanOf(song, "clips", ["c1", "c2"]), { start: 4, end: 10 });
  assert.deepEqual(spanOf(song, "notes", ["n"]), { start: 5, end: 5.5 });
  assert.deepEqual(spanOf(song, "tracks", ["t2"]), { start: 8, end: 10 });
  assert.deepEqual(spanOf(song, "markers", ["a"]), { start: 2, end: 12 });
  assert.deepEqual(spanOf(song, "markers", ["b"]), { start: 12, end: 16 }, "up to the end of the song");
  for (const [collection, id] of [["clips", "waiting"], ["notes", "hidden"], ["scenes", "x"], ["clips", "gone"], ["tempo", "t"]] as const) assert.equal(spanOf(song, collection, [id]), null);
});
